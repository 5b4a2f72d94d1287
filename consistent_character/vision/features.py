"""What can be seen in a picture with numpy and Pillow alone: hashes, sharpness, blankness, the backdrop and the person.

Nothing here recognises anything. Where the person is, is taken from the layout that every zoom of the tutorial shares:
somebody in the middle, the backdrop at the sides and in the upper corners. So the same numbers come out of a
photograph, a painting and a cartoon. They are made to be compared with the numbers of other pictures of the same run,
never with a threshold fixed beforehand.

Pictures are arrays `(height, width, 3)`, float32, sRGB in 0..1. Features are float32 vectors whose entries are of the
order of 1.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

FEATURE_EDGE = 48
"""Features are taken at this size, in pixels: too small for film grain and JPEG blocks, large enough for leaves."""

_TO_XYZ = np.array(
    ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
)
_WHITE_D65 = np.array((0.95047, 1.0, 1.08883))
_LUMA = np.array((0.299, 0.587, 0.114))

NONSENSE = (ValueError, SyntaxError, EOFError, IndexError, struct.error, zlib.error, Image.DecompressionBombError)
"""What Pillow raises, besides OSError, at a file that says it is a picture and is not."""

GRID = 4
"""The person is seen in `GRID` x `GRID` cells."""
_BINS = 4
_LAB_RANGES = ((0.0, 100.0), (-60.0, 60.0), (-60.0, 60.0))
PERSON_SIZE = GRID * GRID * (3 + 1 + 3 * _BINS)
"""Length of `person_features`."""
BACKGROUND_SIZE = 3 + 3 + 3 + 8 + 16
"""Length of `background_features`."""


# --- reading --------------------------------------------------------------------------------------------------------


def load_rgb(path: Path, edge: int) -> Floats:
    """A picture file as an array `(edge, edge, 3)`.

    Other shapes are squeezed, the camera's rotation is undone, alpha is dropped.

    Raises:
        OSError: the file cannot be read, is no picture, is cut short, or is larger than a picture may be.
    """
    with _decoded(path) as image:
        return from_image(image, edge)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, as shown, of a picture file that is decoded to its end.

    Raises:
        OSError: as `load_rgb` says.
    """
    with _decoded(path) as image:
        return image.size


@contextmanager
def _decoded(path: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as opened:
            yield ImageOps.exif_transpose(opened) or opened
    except NONSENSE as error:
        raise OSError(f"{path.name} is no picture that can be read ({error})") from error


def from_image(image: Image.Image, edge: int) -> Floats:
    """A picture in memory as `load_rgb` gives it."""
    small = image.convert("RGB").resize((edge, edge), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(small, dtype=np.float32) / 255


def resized(rgb: Floats, edge: int) -> Floats:
    """The array at another size, `(edge, edge, 3)`, averaged as it shrinks."""
    if rgb.shape[:2] == (edge, edge):
        return rgb
    planes = [Image.fromarray(np.ascontiguousarray(rgb[..., plane], dtype=np.float32)) for plane in range(3)]
    scaled = [np.asarray(plane.resize((edge, edge), Image.Resampling.BILINEAR)) for plane in planes]
    return np.asarray(np.stack(scaled, axis=-1), dtype=np.float32)


# --- colour ---------------------------------------------------------------------------------------------------------


def to_lab(rgb: Floats) -> Floats:
    """CIELAB under D65 of sRGB in 0..1, the last axis being the channel: L in 0..100, a and b in about -110..110.

    Source: IEC 61966-2-1 (sRGB) and CIE 15:2004, equations 8.3 to 8.11.
    """
    values = np.asarray(rgb, dtype=np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE_D65
    x, y, z = np.moveaxis(np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116), -1, 0)
    return np.asarray(np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=-1), dtype=np.float32)


def to_gray(rgb: Floats) -> Floats:
    """Luma in 0..1, `(height, width)`, with the weights of Rec. 601."""
    return np.asarray(rgb @ _LUMA, dtype=np.float32)


# --- where the person is --------------------------------------------------------------------------------------------


def _coordinates(height: int, width: int) -> tuple[Floats, Floats]:
    """Column and row centres in 0..1, ready to be broadcast over `(height, width)`."""
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / width
    y = (np.arange(height, dtype=np.float32) + np.float32(0.5)) / height
    return x[None, :], y[:, None]


def centre_ellipse(height: int, width: int) -> Mask:
    """Where somebody stands in a portrait, `(height, width)`: an upright ellipse a little below the middle."""
    x, y = _coordinates(height, width)
    inside = ((x - 0.5) / 0.38) ** 2 + ((y - 0.56) / 0.50) ** 2 <= 1
    return np.asarray(inside, dtype=np.bool_)


def border_band(height: int, width: int) -> Mask:
    """Where the backdrop shows in a portrait, `(height, width)`: the upper sides and the top corners.

    The centre ellipse is left out of it.     Shoulders may reach the edge lower down and hair may touch the top, so the
    lower sides and the middle of the top are left out.
    """
    x, y = _coordinates(height, width)
    from_side = np.minimum(x, 1 - x)
    band = ((from_side < 0.20) & (y < 0.62)) | ((from_side < 0.36) & (y < 0.16))
    return np.asarray(band & ~centre_ellipse(height, width), dtype=np.bool_)


# --- the same picture twice -----------------------------------------------------------------------------------------


def _dct_matrix(size: int) -> Floats:
    """The orthonormal DCT-II as a matrix `(size, size)`."""
    k, n = np.arange(size)[:, None], np.arange(size)[None, :]
    matrix = np.cos(np.pi * (2 * n + 1) * k / (2 * size)) * np.sqrt(2 / size)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, dtype=np.float32)


def _to_bits(flags: Mask) -> int:
    return int.from_bytes(np.packbits(flags.ravel()).tobytes(), "big")


def perceptual_hash(rgb: Floats) -> int:
    """64 bits that stay the same under scaling, recompression, brightness and contrast; compare with `hamming`.

    Each bit says whether one of the 8 x 8 lowest frequencies of the 32 x 32 picture (but for its mean) lies above their
    median.

    Source: C. Zauner, Implementation and benchmarking of perceptual image hash functions, 2010, section 3.2.1 (DCT
    based).
    """
    transform = _dct_matrix(32)
    frequencies = (transform @ to_gray(resized(rgb, 32)) @ transform.T)[1:9, 1:9]
    return _to_bits(frequencies > np.median(frequencies))


def difference_hash(rgb: Floats) -> int:
    """64 bits: of 9 x 8 means, whether each is darker than its right neighbour; compare with `hamming`.

    A flat field gives zeros, not noise: a step must exceed 2 % of the picture's own range of brightness.

    Source: N. Krawetz, Kind of Like That, 2013; the margin is ours.
    """
    gray = to_gray(resized(rgb, 72)).reshape(8, 9, 72, 1).mean(axis=1).reshape(8, 9, 8).mean(axis=2)
    margin = 0.02 * float(np.ptp(gray))
    return _to_bits(np.diff(gray, axis=1) > margin)


def hamming(first: int, second: int) -> int:
    """How many bits differ, 0 (the same picture) to 64."""
    return (first ^ second).bit_count()


# --- is it a good picture -------------------------------------------------------------------------------------------


def _blurred(gray: Floats, axis: int, reach: int = 4) -> Floats:
    """The mean over `2 * reach + 1` neighbours along an axis, edges repeated."""
    padding = [(reach, reach) if dimension == axis else (0, 0) for dimension in (0, 1)]
    padded = np.pad(gray, padding, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
    return np.asarray(windows.mean(axis=-1), dtype=np.float32)


def _blur_along(gray: Floats, mask: Mask, axis: int) -> float:
    variation = np.abs(np.diff(gray, axis=axis))
    lost = np.maximum(0, variation - np.abs(np.diff(_blurred(gray, axis), axis=axis)))
    inside = mask[1:, :] if axis == 0 else mask[:, 1:]
    total = float(variation[inside].sum())
    return 1 - float(lost[inside].sum()) / total if total > 0 else 1.0


def sharpness(rgb: Floats, person: Mask | None = None) -> float:
    """How sharp the person is, 0 (blurred, or nothing to see) to 1 (crisp). The backdrop does not count.

    `person` `(height, width)` is where they are; without it the centre ellipse is looked at.

    Blurring a sharp picture again takes most of its variation away, blurring a blurred one hardly any: the share taken
    away is the score, so contrast does not matter. The picture's size does: compare pictures loaded at the same edge.

    Source: F. Crete et al., The blur effect: perception and estimation with a new no-reference perceptual blur metric,
    2007, eq. 1-11.
    """
    gray = to_gray(rgb)
    mask = centre_ellipse(*gray.shape) if person is None else person
    return 1 - max(_blur_along(gray, mask, axis) for axis in (0, 1))


def blankness(rgb: Floats) -> float:
    """How empty a picture is, 0 (something stands out) to 1 (one flat colour, as a failed decode gives).

    The colour distance of the 2 % of the area that stand out most from the median colour, in Lab: 3 or less is 1, 18 or
    more is 0. A small figure on a plain backdrop covers more than that.
    """
    lab = to_lab(resized(rgb, FEATURE_EDGE)).reshape(-1, 3)
    contrast = float(np.percentile(np.linalg.norm(lab - np.median(lab, axis=0), axis=1), 98))
    return float(np.clip((18 - contrast) / 15, 0, 1))


# --- what the backdrop and the person look like ---------------------------------------------------------------------


def _soft_histogram(values: Floats, low: float, high: float, bins: int) -> Floats:
    """Shares of `values` in `bins` overlapping triangular bins between `low` and `high`; they sum to 1. `(bins,)`."""
    position = np.clip((values.ravel() - low) / (high - low), 0, 1) * (bins - 1)
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(bins)[None, :]))
    return np.asarray(weights.mean(axis=0), dtype=np.float32)


def _texture(lightness: Floats, mask: Mask) -> float:
    """Mean |second difference| of L, across and down, where all three pixels lie in the mask."""
    across = np.abs(np.diff(lightness, n=2, axis=1))[mask[:, 2:] & mask[:, 1:-1] & mask[:, :-2]]
    down = np.abs(np.diff(lightness, n=2, axis=0))[mask[2:] & mask[1:-1] & mask[:-2]]
    bends = np.concatenate((across, down))
    return float(bends.mean()) if bends.size else 0.0


def _gradient(plane: Floats) -> Floats:
    """Gradient magnitude per pixel, the same shape."""
    down, across = np.gradient(plane)
    return np.asarray(np.hypot(down, across), dtype=np.float32)


def background_features(rgb: Floats, backdrop: Mask | None = None) -> Floats:
    """The backdrop as a vector `(BACKGROUND_SIZE,)`, seen at 48 px.

    `backdrop` `(FEATURE_EDGE, FEATURE_EDGE)` is where it is; without it the border band is looked at.

    0 texture (mean |second difference of L|), 1 chroma (75th percentile), 2 mean chroma gradient: these three alone
    tell a plain backdrop from a scene in most lights. Then 3-5 mean and 6-8 standard deviation of L, a, b; 9-16 soft
    histogram of L; 17-32 soft joint histogram of a and b.
    """
    lab = to_lab(resized(rgb, FEATURE_EDGE))
    mask = border_band(FEATURE_EDGE, FEATURE_EDGE) if backdrop is None else backdrop
    inside = lab[mask]
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    measured = (
        _texture(lab[..., 0], mask) / 4,
        float(np.percentile(chroma[mask], 75)) / 30,
        float(_gradient(chroma)[mask].mean()) / 5,
    )
    moments = np.concatenate((inside.mean(axis=0) / 50, inside.std(axis=0) / 25))
    lightness = np.sqrt(_soft_histogram(inside[:, 0], 0, 100, 8))
    return np.asarray(np.concatenate((measured, moments, lightness, _hues(inside))), dtype=np.float32)


def _hues(lab: Floats) -> Floats:
    """Square roots of the soft joint histogram of a and b, 4 x 4 bins between -60 and 60. `(16,)`."""
    position = (np.clip(lab[:, 1:], -60, 60) + 60) / 120 * 3
    weights = np.maximum(0, 1 - np.abs(position[:, :, None] - np.arange(4)[None, None, :]))
    joint = np.einsum("pi,pj->ij", weights[:, 0], weights[:, 1]) / len(lab)
    return np.asarray(np.sqrt(joint).ravel(), dtype=np.float32)


def person_features(rgb: Floats) -> Floats:
    """The person as a vector `(PERSON_SIZE,)`: colour, layout and edges of the centre ellipse, seen at 48 px.

    Per cell of `GRID` x `GRID`, row by row: mean of L, a, b; edge energy (mean gradient of L); soft histograms of L, a
    and b of 4 bins each, as square roots, so that Euclidean distance between them is Hellinger's.
    """
    lab = to_lab(resized(rgb, FEATURE_EDGE))
    edges = _gradient(lab[..., 0])
    mask = centre_ellipse(FEATURE_EDGE, FEATURE_EDGE)
    cells = [_cell_features(lab[cell], edges[cell], mask[cell]) for cell in _grid_cells(mask)]
    return np.asarray(np.concatenate(cells), dtype=np.float32)


def _grid_cells(mask: Mask) -> list[tuple[slice, slice]]:
    """The rectangle around the mask in `GRID` x `GRID` windows, row by row."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    downs = np.linspace(rows[0], rows[-1] + 1, GRID + 1).round().astype(int)
    acrosses = np.linspace(columns[0], columns[-1] + 1, GRID + 1).round().astype(int)
    return [
        (slice(downs[row], downs[row + 1]), slice(acrosses[column], acrosses[column + 1]))
        for row in range(GRID)
        for column in range(GRID)
    ]


def _cell_features(lab: Floats, edges: Floats, mask: Mask) -> Floats:
    inside = lab[mask]
    histograms = [
        np.sqrt(_soft_histogram(inside[:, channel], low, high, _BINS))
        for channel, (low, high) in enumerate(_LAB_RANGES)
    ]
    energy = np.array([float(edges[mask].mean()) / 10])
    return np.asarray(np.concatenate((inside.mean(axis=0) / 50, energy, *histograms)), dtype=np.float32)
