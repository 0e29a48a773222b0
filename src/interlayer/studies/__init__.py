"""The studies room: one file a paper or question.

    run("li2024")          one study
    run_all()              {name: result} of all
    summary.of(result)     claims covered, skill, coverage, bias
"""

from . import summary
from .base import STUDIES, Row, StudyResult, Table, Tell, run
from .many import run_all

__all__ = ["STUDIES", "Row", "StudyResult", "Table", "Tell", "run", "run_all", "summary"]
