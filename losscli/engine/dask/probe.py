"""What a worker is asked first; it travels as code, since a worker may not have losscli."""

from typing import Any


def probe() -> Any:  # noqa: ANN401 - what can be said of losscli there
    """Return what a worker computes with, None where it has no losscli."""
    try:
        import losscli  # noqa: PLC0415 - where this runs
    except ImportError:
        return None
    try:
        from losscli.engine.dask.alike import here  # noqa: PLC0415 - as above
    except ImportError:
        return {"losscli": losscli.__version__}
    return dict(here())
