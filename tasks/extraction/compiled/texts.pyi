from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

BUILT_FROM: str

Said = tuple[int, tuple[tuple[str, int], ...]]

class Phrases:
    def __init__(
        self,
        said_anywhere: dict[str, Said | None],
        said_at_start: dict[str, Said | None],
        beginnings: tuple[Iterable[str], Iterable[str]],
        breaks: str,
        first_sign: str,
        short_text: int,
        weighed: Callable[[str, str, list[Said], Said | None], int],
    ) -> None: ...
    def bits(self, shown: list[str], joined: str, apart: str) -> list[int] | None: ...

def count_signs(joined: str, begins: npt.NDArray[np.int64], counts: npt.NDArray[np.float32]) -> None: ...
