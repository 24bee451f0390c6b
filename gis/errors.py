"""Every error that Vùng raises on purpose.

::

    GisError
    ├── InputError (ValueError)         the user's input cannot be used as it is
    │   ├── SourceError                 a file cannot be read: format, layer, encoding
    │   ├── CrsError                    no coordinate system, or one that cannot serve
    │   ├── GeometryTypeError           a geometry of the wrong kind
    │   ├── ColumnError                 a named column is missing or holds what it must not
    │   └── OutputError                 a file cannot be written: open elsewhere, unknown format
    ├── NotFoundError (LookupError)     no such layer, dataset, zone, commune, product
    ├── WorkspaceError (RuntimeError)   the workspace is missing, damaged or locked
    ├── RuleError (ValueError)          the rule set contradicts itself or leaves a case open
    └── ShippedDataError (RuntimeError) the installation lacks a file that ships with it

A message is one sentence that says what is wrong, where (file, layer, row), and what to do.
"""


class GisError(Exception):
    """Base of every error that Vùng raises on purpose.

    Parameters
    ----------
    message
        The sentence in English, for programs, logs and whoever asks for it.
    vi
        The same sentence in Vietnamese, which people see by default.
    """

    def __init__(self, message: str, *, vi: str | None = None) -> None:
        super().__init__(message)
        self.vi = vi or message

    def text(self, lang: str) -> str:
        """Return the sentence in ``vi`` or ``en``."""
        return self.vi if lang == "vi" else str(self)


class InputError(GisError, ValueError):
    """The user's input cannot be used as it is."""


class SourceError(InputError):
    """A file cannot be read: its format, layer or encoding."""


class CrsError(InputError):
    """A coordinate system is missing, or is one that cannot serve."""


class GeometryTypeError(InputError):
    """A geometry is of the wrong kind for its layer."""


class ColumnError(InputError):
    """A named column is missing, or holds what it must not hold."""


class OutputError(InputError):
    """A file cannot be written: it is open elsewhere, or its format is unknown."""


class NotFoundError(GisError, LookupError):
    """There is no such layer, dataset, zone, commune or product."""


class WorkspaceError(GisError, RuntimeError):
    """The workspace is missing, damaged, or locked by another process."""


class RuleError(GisError, ValueError):
    """The rule set contradicts itself or leaves a case without an answer."""


class ShippedDataError(GisError, RuntimeError):
    """The installation lacks a file that ships with it."""
