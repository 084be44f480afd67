import numpy as np
import numpy.typing as npt

BUILT_FROM: str

def add_leaves(
    columns: npt.NDArray[np.float32],
    asked: npt.NDArray[np.int64],
    above: npt.NDArray[np.float32],
    place: npt.NDArray[np.int64],
    leaves: npt.NDArray[np.float32],
    sums: npt.NDArray[np.float32],
) -> None: ...
