"""Progress as a bar."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Union

from ._process import Progress


def progress_callback(progress: Union[bool, Progress, None]) -> Optional[Progress]:
    """The function that gets the events.

    Args:
        progress: a function; True for a bar of tqdm, which isn't shown without tqdm.
    """
    if progress is None or progress is False:
        return None
    if progress is True:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        return _Bar(tqdm)
    return progress


class _Bar:
    """A bar per step."""

    def __init__(self, tqdm: Callable[..., Any]) -> None:
        self._tqdm = tqdm
        self._bar: Any = None
        self._step = ""

    def __call__(self, event: Dict[str, Any]) -> None:
        if event["step"] != self._step:
            self.end_run()
            self._step = event["step"]
            text = self._step
            if event.get("passes", 1) > 1:
                text += f" (pass {event['pass']} of {event['passes']})"
            self._bar = self._tqdm(
                total=event.get("total_bytes"), desc=text, unit="B", unit_scale=True, leave=False
            )
        self._bar.update(event["bytes"] - self._bar.n)

    def end_run(self) -> None:
        """Removes the bar of the last step."""
        if self._bar is not None:
            self._bar.close()
            self._bar, self._step = None, ""
