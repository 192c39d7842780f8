"""From the bytes of whole records to typed columns, and the proof that they were whole."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from pyarrow import csv

from losscli.data import cells
from losscli.data.block import MisreadError
from losscli.data.text.plain import Plain, plain
from losscli.data.text.sheet import Sheet

_WHOLE_BUFFER = (1 << 31) - 1
# More words than this are not worth looking at one by one.
_FEW = 1000
_NONE = cells.strings([])


class Layout:
    """How the rows of one sheet become columns of the declared types.

    `numbers` tells for the index of each used column whether it holds numbers (else text).
    `end` is a row to append to a stretch: if it does not come out as the last row, the stretch
    ended inside quotes. Its values are random, so that no file can contain it. `try_plain` says
    that `parse_plain` may succeed; whoever sees it fail takes that back.
    """

    def __init__(self, sheet: Sheet, types: Mapping[str, pa.DataType]) -> None:
        self.sheet, self.types = sheet, types
        self._names = list(types)
        self._indices = [sheet.index_of(name) for name in types]
        floats = [pa.types.is_floating(kind) for kind in types.values()]
        self.numbers = dict(zip(self._indices, floats, strict=True))
        number = 10**14 + int.from_bytes(os.urandom(6)) % 10**14
        text = f"end-{os.urandom(12).hex()}"
        self._last = {i: float(number) if self.numbers[i] else text for i in self._indices}
        fields = [""] * len(sheet.names)
        for index in self._indices:
            fields[index] = str(number) if self.numbers[index] else text
        self.end = (sheet.delimiter.join(fields) + "\n").encode()
        self._read = csv.ReadOptions(
            use_threads=False,
            column_names=[str(index) for index in range(len(sheet.names))],
            block_size=_WHOLE_BUFFER,
        )
        self._quoted = csv.ParseOptions(delimiter=sheet.delimiter, newlines_in_values=True)
        self._kinds = list(types.values())
        # The words of a dictionary are few, so they are checked once and not row by row.
        words = sum(pa.types.is_dictionary(kind) for kind in self._kinds)
        texts = words + sum(floats) < len(self._kinds)
        self._convert = self._conversion(self._indices, self._kinds, check_utf8=texts)
        self._has_words = words > 0
        self._known: dict[int, pa.Array] = {}
        self.try_plain = sheet.decimal == "." and len(sheet.mark) == 1

    def parse(self, padded: memoryview) -> pa.Table:
        """Return the columns of whole records that have `end` appended, without `end`.

        Raises MisreadError if the last record swallowed `end`, ArrowInvalid if a row or a
        cell does not fit.
        """
        columns = self._columns(padded, self._convert)
        for index, column in zip(self._indices, columns, strict=True):
            if isinstance(column, pa.DictionaryArray):
                column.dictionary.validate(full=True)
            if column[-1].as_py() != self._last[index]:
                raise MisreadError
        return pa.table([_without_last(column) for column in columns], names=self._names)

    def parse_plain(self, padded: memoryview) -> pa.Table | None:
        """Return the same if quotes stand around whole words of dictionaries only, else None.

        Quotes are read as letters here, so each line is a record, and a number with a quote
        is no number. If the words account for all quotes of the text, no quote is stray, and
        nothing that `parse` reads otherwise can be there: the text need not be screened.
        """
        text = np.frombuffer(padded, np.uint8)[1 : len(padded) - len(self.end)]
        rows = plain(text, ord(self.sheet.delimiter), len(self.sheet.names))
        if rows is None or (rows.quotes and not self._has_words):
            return None
        columns, quotes = [], rows.quotes
        try:
            for index, kind in zip(self._indices, self._kinds, strict=True):
                if pa.types.is_floating(kind):
                    columns.append(rows.numbers(index))
                elif not pa.types.is_dictionary(kind):
                    columns.append(rows.texts(index))
                    columns[-1].validate(full=True)
                else:
                    words = self._words(rows, index)
                    bare = _without_quotes(words.dictionary, rows.quotes)
                    if bare is None:
                        return None
                    if bare is not words.dictionary:
                        quotes -= 2 * (len(words) - words.null_count)
                        words = pa.DictionaryArray.from_arrays(words.indices, bare, safe=False)
                    columns.append(words)
        except pa.ArrowInvalid:
            return None
        return None if quotes else pa.table(columns, names=self._names)

    def _words(self, rows: Plain, index: int) -> pa.DictionaryArray:
        """Return a column of words; those of earlier stretches are known, as long as few."""
        known = self._known.get(index, _NONE)
        words = rows.words(index, known)
        new = words.dictionary
        if not new.equals(known):
            new.validate(full=True)
            few = len(known) + len(new) <= _FEW
            both = dict.fromkeys([*known.to_pylist(), *new.to_pylist()]) if few else ()
            self._known[index] = cells.strings([*both])
        return words

    def texts(self, padded: memoryview, index: int) -> pa.BinaryArray:
        """Return one column of the same records as it is written."""
        convert = self._conversion([index], [pa.binary()], check_utf8=False)
        return self._columns(padded, convert)[0]

    def _columns(self, padded: memoryview, convert: csv.ConvertOptions) -> list[pa.Array]:
        table = csv.read_csv(
            pa.py_buffer(padded),
            read_options=self._read,
            parse_options=self._quoted,
            convert_options=convert,
        )
        return [column.chunk(0) for column in table.columns]

    def _conversion(
        self, indices: Sequence[int], types: Sequence[pa.DataType], *, check_utf8: bool
    ) -> csv.ConvertOptions:
        names = [str(index) for index in indices]
        return csv.ConvertOptions(
            include_columns=names,
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            check_utf8=check_utf8,
            decimal_point=self.sheet.decimal,
        )


def _without_last(column: pa.Array) -> pa.Array:
    shorter = column.slice(0, len(column) - 1)
    if not isinstance(column, pa.DictionaryArray):
        return shorter
    # The text of the appended row was met last, so it is the last of the dictionary.
    words = column.dictionary.slice(0, len(column.dictionary) - 1)
    return pa.DictionaryArray.from_arrays(shorter.indices, words, safe=False)


def _without_quotes(words: pa.Array, quotes: int) -> pa.Array | None:
    """Return words without the quotes around each; None if some have other quotes or none.

    `quotes` are those of the text: where there are none, many words need not be looked at.
    """
    if len(words) > _FEW:
        return None if quotes else words
    texts = words.to_pylist()
    if not any('"' in text for text in texts):
        return words
    if all(len(t) > 2 and t[0] == t[-1] == '"' and '"' not in t[1:-1] for t in texts):  # noqa: PLR2004
        return cells.strings([text[1:-1] for text in texts])
    return None
