"""From the bytes of whole records to typed columns, and the proof that they were whole."""

import os
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from losscli.data.block import MisreadError
from losscli.data.text.sheet import Sheet
from losscli.errors import DataError
from losscli.visible import visible

_WHOLE_BUFFER = (1 << 31) - 1


class Layout:
    """How the rows of one sheet become columns of the declared types.

    `numbers` tells for the index of each used column whether it holds numbers (else text).
    `end` is a row to append to a stretch: if it does not come out as the last row, the stretch
    ended inside quotes. Its values are random, so that no file can contain it.
    """

    def __init__(self, sheet: Sheet, types: Mapping[str, pa.DataType]) -> None:
        self.sheet = sheet
        self._names = list(types)
        self._indices = [_index_of(sheet, name) for name in types]
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
        self._parse = csv.ParseOptions(delimiter=sheet.delimiter, newlines_in_values=True)
        self._convert = self._conversion(self._indices, list(types.values()))

    def parse(self, padded: memoryview) -> pa.Table:
        """Return the columns of whole records that have `end` appended, without `end`.

        Raises MisreadError if the last record swallowed `end`, ArrowInvalid if a row or a
        cell does not fit.
        """
        table = self._columns(padded, self._convert)
        columns = [column.chunk(0) for column in table.columns]
        for index, column in zip(self._indices, columns, strict=True):
            if column[-1].as_py() != self._last[index]:
                raise MisreadError
        return pa.table([_without_last(column) for column in columns], names=self._names)

    def texts(self, padded: memoryview, index: int) -> pa.BinaryArray:
        """Return one column of the same records as it is written."""
        convert = self._conversion([index], [pa.binary()])
        return self._columns(padded, convert).column(0).chunk(0)

    def _columns(self, padded: memoryview, convert: csv.ConvertOptions) -> pa.Table:
        return csv.read_csv(
            pa.py_buffer(padded),
            read_options=self._read,
            parse_options=self._parse,
            convert_options=convert,
        )

    def _conversion(
        self, indices: Sequence[int], types: Sequence[pa.DataType]
    ) -> csv.ConvertOptions:
        names = [str(index) for index in indices]
        return csv.ConvertOptions(
            include_columns=names,
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            decimal_point=self.sheet.decimal,
        )


def values_of(column: pa.Array) -> NDArray[np.float64]:
    """Return the doubles of a number column without copying; what stands for null is 0."""
    if not len(column):
        return np.empty(0)
    data = np.frombuffer(column.buffers()[1], np.float64)
    return data[column.offset : column.offset + len(column)]


def _without_last(column: pa.Array) -> pa.Array:
    shorter = column.slice(0, len(column) - 1)
    if not isinstance(column, pa.DictionaryArray):
        return shorter
    # The text of the appended row was met last, so it is the last of the dictionary.
    words = column.dictionary.slice(0, len(column.dictionary) - 1)
    return pa.DictionaryArray.from_arrays(shorter.indices, words, safe=False)


def _index_of(sheet: Sheet, name: str) -> int:
    """Return the one column of that name; two that look the same are refused."""
    plain = unicodedata.normalize("NFC", name)
    alike = [i for i, other in enumerate(sheet.names) if _nfc(other) == plain]
    if len(alike) == 1 and sheet.names[alike[0]] == name:
        return alike[0]
    where = sheet.place(sheet.header)
    if name not in sheet.names:
        raise DataError(f"there is no column {visible(name)}", where=where)
    numbers = " and ".join(str(i + 1) for i in alike)
    if all(sheet.names[i] == name for i in alike):
        what = f"columns {numbers} are all named {visible(name)}"
    else:
        what = (
            f"the names of columns {numbers} look the same, {visible(name)} (Unicode NFC and NFD)"
        )
    raise DataError(what, where=where, remedy="rename all but one of them in the header")


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
