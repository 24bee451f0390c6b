"""The service's log: one JSON object a line, each with the id of its request."""

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import Any, Final

#: Id of the request that is being answered; threads that work for it know it too.
REQUEST: Final[ContextVar[str]] = ContextVar("vung_request", default="")
_NAMES: Final = ("vung", "uvicorn.error")


class Lines(logging.Formatter):
    """Writes a record as JSON; what is JSON already, as it is."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        if isinstance(record.msg, dict):
            said: dict[str, Any] = record.msg
        else:
            said = {"message": record.getMessage()}
            if record.exc_info:
                said["traceback"] = self.formatException(record.exc_info)
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {"at": f"{moment}.{int(record.msecs):03}Z", "level": record.levelname.lower()}
        request = REQUEST.get()
        return json.dumps(
            {**line, **({"request": request} if request else {}), **said}, default=str
        )


def configure() -> None:
    """Write what the service and its server say to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    for name in _NAMES:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False
