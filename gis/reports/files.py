"""Writing files so that nothing half-written is ever seen."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyogrio.errors import DataLayerError, DataSourceError
from xlsxwriter.exceptions import XlsxWriterException

from gis.errors import OutputError


def write(path: Path, make: Callable[[Path], Any]) -> Path:
    """Make a file beside its place and move it there when it is whole.

    Parameters
    ----------
    make
        Writes the file at the path it is given; files beside it with the same stem (a shapefile's
        parts) move along.

    Raises
    ------
    OutputError
        When the folder is missing, the disk refuses, or another program holds the file.
    """
    path = Path(path)
    check(path)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".vung-", dir=path.parent))
    except OSError as fault:
        raise _refused(path, fault) from None
    try:
        make(scratch / path.name)
        for part in sorted(scratch.iterdir()):
            part.replace(path.parent / part.name)
    except PermissionError:
        raise OutputError(
            f"File {path} cannot be written; close it in Excel or any other program and try again.",
            vi=f"Không ghi được tệp {path}; hãy đóng tệp trong Excel hoặc chương trình khác rồi "
            "làm lại.",
        ) from None
    except (OSError, DataSourceError, DataLayerError, XlsxWriterException) as fault:
        raise _refused(path, fault) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return path


def check(path: Path) -> None:
    """Refuse a place where no file can be made, before the work for it is done.

    Raises
    ------
    OutputError
        When the folder is missing, or something that is no regular file stands there.
    """
    if not path.parent.is_dir():
        raise OutputError(
            f"Folder {path.parent} does not exist; make it or name another.",
            vi=f"Thư mục {path.parent} không tồn tại; hãy tạo thư mục hoặc chọn nơi khác.",
        )
    if path.is_dir():
        raise OutputError(
            f"{path} is a folder; name a file.", vi=f"{path} là thư mục; hãy ghi tên tệp."
        )
    if path.exists() and not path.is_file():
        raise OutputError(
            f"{path} is a device or a pipe, no regular file; name a file.",
            vi=f"{path} là thiết bị hoặc đường ống, không phải tệp thường; hãy ghi tên tệp.",
        )


def _refused(path: Path, fault: Exception) -> OutputError:
    told = fault.strerror if isinstance(fault, OSError) else None
    reason = told or " ".join(str(fault).split())[:200].rstrip(".")
    return OutputError(
        f"File {path} cannot be written ({reason}); check the disk and the folder's rights.",
        vi=f"Không ghi được tệp {path} ({reason}); hãy kiểm tra ổ đĩa và quyền ghi vào thư mục.",
    )
