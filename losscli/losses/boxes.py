"""Boxes: how well predicted rectangles cover the true ones; a row is a pair of boxes."""

import numpy as np

from losscli.dataclass import dataclass
from losscli.losses.peer import Peer
from losscli.losses.spec import BOX, Matrix, Vector, loss

_FAR = 2.0**300
_SHIFT = 600
_LARGEST = float(np.finfo(np.float64).max)
_TORCHVISION = "It adds 1e-7 to what it divides by."


@dataclass(frozen=True)
class _Axis:
    """What two intervals have in common along one axis, in parts that are never negative.

    `both` is the length that they share, `y` and `pred` what only the one or the other covers,
    `gap` the length between them: all parts together are the length that covers both.
    """

    both: Vector
    y: Vector
    pred: Vector
    gap: Vector

    @classmethod
    def near_one(cls, y: Matrix, pred: Matrix, low: int) -> "_Axis":
        """Compare them in another unit where their lengths are very large or small.

        No ratio of areas depends on the units of the axes.
        """
        found = cls.of(y, pred, low)
        whole = found.whole
        if whole.max(initial=1.0) < _FAR and whole.min(initial=1.0) > 1 / _FAR:
            return found
        shift = np.where(whole >= _FAR, -_SHIFT, np.where(whole <= 1 / _FAR, _SHIFT, 0))[:, None]
        found = cls.of(np.ldexp(y, shift), np.ldexp(pred, shift), low)
        back = -np.frexp(found.whole)[1]
        parts = (found.both, found.y, found.pred, found.gap)
        return cls(*(np.ldexp(part, back) for part in parts))

    @classmethod
    def of(cls, y: Matrix, pred: Matrix, low: int) -> "_Axis":
        """Compare the intervals from column `low` to column `low + 2`."""
        high = low + 2
        first = np.maximum(y[:, low], pred[:, low])
        last = np.minimum(y[:, high], pred[:, high])
        apart = first >= last

        def alone(box: Matrix) -> Vector:
            rest = (first - box[:, low]) + (box[:, high] - last)
            return np.where(apart, box[:, high] - box[:, low], rest)

        return cls(
            np.where(apart, 0.0, last - first),
            alone(y),
            alone(pred),
            np.where(apart, first - last, 0.0),
        )

    @property
    def whole(self) -> Vector:
        """The length that covers both."""
        return self.both + self.y + self.pred + self.gap


def _compared(y: Matrix, pred: Matrix) -> tuple[_Axis, _Axis, Vector]:
    """Return both axes, and one minus intersection over union without cancellation."""
    wide, high = _Axis.near_one(y, pred, 0), _Axis.near_one(y, pred, 1)
    only_y = wide.y * (high.both + high.y) + wide.both * high.y
    only_pred = wide.pred * (high.both + high.pred) + wide.both * high.pred
    apart = only_y + only_pred
    union = wide.both * high.both + apart
    # of two boxes far from each other the areas may be 0 beside that around both
    found = np.divide(apart, union, out=np.ones_like(apart), where=union > 0)
    return wide, high, found


_SIZE = 400
"""Boxes whose largest number is beyond 2 to this power, or its inverse, have areas that are not."""


def _of_a_size(y: Matrix, pred: Matrix) -> tuple[Matrix, Matrix]:
    """Return the pairs of boxes, those that are very large or small in another unit.

    Each is divided by a power of 2 near its largest number, which is exact: no loss of boxes
    depends on the unit.
    """
    largest = np.maximum(np.abs(y).max(axis=1), np.abs(pred).max(axis=1))
    _, exponent = np.frexp(largest)
    if not (np.abs(exponent) > _SIZE).any():
        return y, pred
    shift = np.where(np.abs(exponent) > _SIZE, -exponent, 0)[:, None]
    return np.ldexp(y, shift), np.ldexp(pred, shift)


@loss(
    name="iou",
    formula="1 - intersection(y, pred)/union(y, pred)",
    elicits="-",
    use="To judge boxes that overlap: it has no unit and does not depend on their size.",
    avoid="Where boxes may miss altogether: then it is 1 however far they are apart (giou).",
    peers=(Peer("torchvision", "1 - torchvision.ops.box_iou"),),
    aka=("jaccard", "box_iou"),
    bound=1,
    components=BOX,
)
def iou_boxes(y: Matrix, pred: Matrix) -> Vector:
    """One minus the intersection of two boxes over their union.

    A box is x1 < x2 and y1 < y2, in any unit (Jaccard, 1912).
    """
    return _compared(y, pred)[2]


@loss(
    formula="1 - intersection(y, pred)/union(y, pred) + 1 - union(y, pred)/hull(y, pred)",
    elicits="-",
    use="As iou, where boxes may miss: farther away costs more.",
    avoid="Where one box lies within the other: then it is iou, wherever in there (diou).",
    peers=(Peer("torchvision", "torchvision.ops.generalized_box_iou_loss", _TORCHVISION),),
    aka=("generalized_iou", "generalized_box_iou"),
    bound=2,
    components=BOX,
)
def giou(y: Matrix, pred: Matrix) -> Vector:
    """Iou of boxes, and the share of the smallest box around both that neither covers.

    A box is x1 < x2 and y1 < y2, in any unit; the hull is the smallest box around both
    (Rezatofighi et al., 2019).
    """
    wide, high, found = _compared(y, pred)
    # with the parts of the axes what neither covers has no differences: corners and gaps
    corners = wide.y * high.pred + wide.pred * high.y
    gaps = wide.gap * high.whole + high.gap * (wide.both + wide.y + wide.pred)
    return found + (corners + gaps) / (wide.whole * high.whole)


@loss(
    formula="1 - intersection(y, pred)/union(y, pred) + between(y, pred)/across(y, pred)",
    elicits="-",
    use="As iou, where the centre of a box is to be right.",
    avoid="To report: iou is what readers know.",
    peers=(Peer("torchvision", "torchvision.ops.distance_box_iou_loss", _TORCHVISION),),
    aka=("distance_iou", "distance_box_iou"),
    bound=2,
    components=BOX,
)
def diou(y: Matrix, pred: Matrix) -> Vector:
    """Iou of boxes, and the squared distance of their centres over the diagonal around both.

    A box is x1 < x2 and y1 < y2, in any unit; the diagonal is squared, too (Zheng et al., 2020).
    """
    return _compared(y, pred)[2] + _centres(y, pred)


def _centres(y: Matrix, pred: Matrix) -> Vector:
    y, pred = _of_a_size(y, pred)
    wide, high = _Axis.of(y, pred, 0), _Axis.of(y, pred, 1)
    size = np.maximum(wide.whole, high.whole)
    right = ((pred[:, 0] - y[:, 0]) + (pred[:, 2] - y[:, 2])) / 2 / size
    down = ((pred[:, 1] - y[:, 1]) + (pred[:, 3] - y[:, 3])) / 2 / size
    across = (wide.whole / size) ** 2 + (high.whole / size) ** 2
    far: Vector = (right * right + down * down) / across
    return far


@loss(
    formula="1 - intersection(y, pred)/union(y, pred) + between(y, pred)/across(y, pred)"
    " + slant(y, pred)**2/(1 - intersection(y, pred)/union(y, pred) + slant(y, pred))"
    " if y != pred else 0",
    elicits="-",
    use="As diou, where the shape of a box is to be right, too.",
    avoid="To report: iou is what readers know.",
    peers=(Peer("torchvision", "torchvision.ops.complete_box_iou_loss", _TORCHVISION),),
    aka=("complete_iou", "complete_box_iou"),
    bound=2.5,
    components=BOX,
)
def ciou(y: Matrix, pred: Matrix) -> Vector:
    """Diou of boxes, and v^2/(1 - IoU + v), where v compares their shapes.

    v is (2/pi*(atan(width/height) of the one - of the other))^2; a box is x1 < x2 and y1 < y2
    (Zheng et al., 2020).
    """
    found = _compared(y, pred)[2]
    slants = [_slant(box) for box in (y, pred)]
    v = (2 / np.pi * (slants[0] - slants[1])) ** 2
    trade = found + v
    shape = np.divide(v * v, trade, out=np.zeros_like(v), where=trade > 0)
    return found + _centres(y, pred) + shape


def _slant(box: Matrix) -> Vector:
    found: Vector = np.arctan2(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    huge = np.abs(box).max(axis=1) > _LARGEST / 2
    if huge.any():
        found[huge] = _slant(box[huge] / 4)
    return found
