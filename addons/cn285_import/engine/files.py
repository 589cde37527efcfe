"""The files of an import, CSV or workbooks, wherever they lie: a folder, a zip, or one file."""

import io
import zipfile
from pathlib import Path, PurePosixPath

# What an archive may unpack to: a guard against archives made to fill the memory.
MAX_UNPACKED = 300_000_000
MAX_FILES = 1000
ROWS = (".csv", ".xlsx")


class ArchiveError(ValueError):
    """A zip that cannot be read (``code`` is ``bad_zip`` or ``zip_too_large``)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def read_files(path):
    """The files with rows behind a path, as ``[(name, bytes)]`` in the order of their names."""
    path = Path(path)
    if path.is_dir():
        files = (file for file in sorted(path.iterdir()) if file.suffix.lower() in ROWS)
        return [(file.name, file.read_bytes()) for file in files]
    return unpack(path.name, path.read_bytes())


def unpack(name, content):
    """The files with rows of an upload: those of a zip, or the file itself.

    :raises ArchiveError: when it is a zip that cannot be read, or one that is too large
    """
    if not name.lower().endswith(".zip"):
        return [(name, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return list(_members(archive))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ArchiveError("bad_zip") from error


class FolderFiles:
    """The files of a folder, by their paths in it, read when they are asked for."""

    def __init__(self, path):
        self._path = Path(path).resolve()

    def get(self, name):
        """The bytes of a file; None where there is none in the folder, or it is too large."""
        file = (self._path / name).resolve()
        if not file.is_relative_to(self._path) or not file.is_file():
            return None
        return file.read_bytes() if file.stat().st_size <= MAX_UNPACKED else None


def files_beside(path):
    """The other files behind a path, which rows may name: of a folder, or a zip."""
    path = Path(path)
    return FolderFiles(path) if path.is_dir() else unpack_beside(path.name, path.read_bytes())


def unpack_beside(name, content):
    """What else a zip holds than files with rows, such as signed papers: ``{path: bytes}``.

    :raises ArchiveError: as :func:`unpack`
    """
    if not name.lower().endswith(".zip"):
        return {}
    found, left = {}, MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
            for info in infos:
                if not _is_beside(PurePosixPath(info.filename)):
                    continue
                with archive.open(info) as member:
                    found[info.filename] = member.read(left + 1)
                left -= len(found[info.filename])
                if left < 0:
                    raise ArchiveError("zip_too_large")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ArchiveError("bad_zip") from error
    return found


def _is_beside(path):
    hidden = any(part.startswith(".") for part in path.parts) or "__MACOSX" in path.parts
    return path.suffix.lower() not in ROWS and not hidden


def _members(archive):
    infos = [info for info in archive.infolist() if _has_rows(info.filename)]
    if len(infos) > MAX_FILES:
        raise ArchiveError("zip_too_large")
    left = MAX_UNPACKED
    for info in sorted(infos, key=lambda info: info.filename):
        with archive.open(info) as member:
            content = member.read(left + 1)  # what the header says of its size may be untrue
        left -= len(content)
        if left < 0:
            raise ArchiveError("zip_too_large")
        yield PurePosixPath(info.filename).name, content


def _has_rows(path):
    name = PurePosixPath(path)
    hidden = name.name.startswith(".") or "__MACOSX" in name.parts
    hidden = hidden or name.name.startswith("~$")  # of a workbook that is open
    return name.suffix.lower() in ROWS and not hidden
