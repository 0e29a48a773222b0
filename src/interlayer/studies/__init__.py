"""The studies room: one file a paper or question."""

from .base import STUDIES, Row, StudyResult, Table, Tell, run

__all__ = ["STUDIES", "Row", "StudyResult", "Table", "Tell", "run"]
