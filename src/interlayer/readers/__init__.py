"""The readers' room: instrument files in, records out.

One file per format, found through the registry; `read` lets the content decide which one, and refuses to guess.
What every record carries of its file: name, hash, every automatic correction and every oddity, in sentences.
"""

from ._base import READERS, Columns, Reader
from ._convert import convert
from ._read import formats, read

__all__ = ["READERS", "Columns", "Reader", "convert", "formats", "read"]
