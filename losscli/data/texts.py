"""The texts of the first rows of columns, read when they are looked at."""

from collections.abc import Callable, Iterator, Mapping, Sequence

Texts = list[str | None]


class FirstTexts(Mapping[str, Texts]):
    """The texts of the first rows by column."""

    def __init__(self, names: Sequence[str], read: Callable[[str], Texts]) -> None:
        self._names = dict.fromkeys(names)
        self._read = read
        self._known: dict[str, Texts] = {}

    def __getitem__(self, name: str) -> Texts:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
