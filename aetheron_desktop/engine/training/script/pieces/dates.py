"""Dates, as their parts."""

import numpy as np
import pandas as pd


def date_parts(name: str, values: pd.Series) -> dict[str, np.ndarray]:
    """Give the days since 2000, the parts of a date, and those that come round as places on a circle."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601", utc=True)
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    parts = {
        "days": (values - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1),
        "month": values.dt.month,
        "day": values.dt.day,
        "weekday": values.dt.day_of_week,
        "hour": values.dt.hour,
    }
    made = {f"{name}\u241f{one}": np.asarray(part, dtype=np.float64) for one, part in parts.items()}
    for one, first, count in (("month", 1, 12), ("weekday", 0, 7), ("hour", 0, 24)):
        turns = 2.0 * np.pi * np.arange(count) / count
        place = made[f"{name}\u241f{one}"] - first
        at = np.where(np.isnan(place), count, place).astype(np.int64)
        made[f"{name}\u241f{one} sine"] = np.append(np.sin(turns), np.nan)[at]
        made[f"{name}\u241f{one} cosine"] = np.append(np.cos(turns), np.nan)[at]
    return made
