"""Text: how surprising tokens or documents were to a language model."""

import math
from typing import Annotated

from losscli.losses.combine import Combine, to_float
from losscli.losses.domain import POSITIVE, Interval
from losscli.losses.spec import Vector, loss

LOG_PROBABILITY = Interval(high=0, low_open=True)


def _exp(number: float) -> float:
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf


PERPLEXITY = Combine(
    "exponential of the ratio of the sums",
    lambda t: _exp(to_float(t.mean(0) / t.mean(1))),
    lambda m: (
        math.exp(m[0] / m[1]) / m[1],
        -math.exp(m[0] / m[1]) * m[0] / m[1] ** 2,
    ),
)
BITS = Combine(
    "ratio of the sums, in bits",
    lambda t: to_float(t.mean(0) / t.mean(1)) / math.log(2),
    lambda m: (1 / (m[1] * math.log(2)), -m[0] / (m[1] ** 2 * math.log(2))),
)


@loss(
    formula="-logprob",
    elicits="-",
    use="To find the tokens or documents that surprise a model most.",
    avoid="To compare models that cut text into other tokens (bits_per_byte).",
    aka=("negative_log_likelihood",),
    task="text",
)
def token_nll(logprob: Annotated[Vector, LOG_PROBABILITY]) -> Vector:
    """Surprise: minus the natural logarithm of the probability that the text was given.

    Of a token where each row is one, of a document where each row is one (Shannon, 1948).
    """
    return 0.0 - logprob


@loss(
    formula=("-logprob", "tokens"),
    elicits="-",
    combine=PERPLEXITY,
    use="To compare models that cut text into the same tokens.",
    avoid="To compare models that cut text into other tokens (bits_per_byte).",
    differs="The mean of the perplexities of documents is another number, and depends on how the "
    "text is cut.",
    task="text",
)
def perplexity(
    logprob: Annotated[Vector, LOG_PROBABILITY], tokens: Annotated[Vector, POSITIVE]
) -> tuple[Vector, Vector]:
    """How many equally likely tokens are as surprising: exp of the surprise of a token.

    Over the whole corpus: the sums of all rows are divided before the exponential (Jelinek et
    al., 1977). A column of tokens says how many a row has, else each row is one.
    """
    return 0.0 - logprob, tokens


@loss(
    formula=("-logprob", "bytes"),
    elicits="-",
    combine=BITS,
    use="To compare models that cut text into different tokens.",
    avoid="Beside bits for each token or letter: they are of another unit.",
    aka=("bpb",),
    task="text",
)
def bits_per_byte(
    logprob: Annotated[Vector, LOG_PROBABILITY],
    bytes: Annotated[Vector, POSITIVE],  # noqa: A002 - the role's word
) -> tuple[Vector, Vector]:
    """Bits of surprise for each byte of the text: does not depend on how it is cut into tokens.

    Over the whole corpus: the sum of the surprise over the sum of the bytes (Gao et al., 2020).
    """
    return 0.0 - logprob, bytes
