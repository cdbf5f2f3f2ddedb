"""DIR of a drill: what is replaced, what is refused."""

from pathlib import Path

import pytest

from bongsu.base.errors import BadInput, Busy
from bongsu.drill.out import Process, Run, RunFolder

RUN = Run(scenario="salvo", seed=1, speed="max", processes=[Process(name="drill", pid=1)])


def test_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "deep" / "run") as folder:
        folder.write_run(RUN)
        (folder.record / "kr").mkdir()
        (folder.path / "review.json").write_text("{}")
    with RunFolder(folder.path) as again:
        assert sorted(entry.name for entry in again.path.iterdir()) == ["alerts", "record", "run.json"]
        assert list(again.record.iterdir()) == []


def test_a_run_that_ended_at_once_is_replaced(tmp_path: Path) -> None:
    with RunFolder(tmp_path):
        pass
    with RunFolder(tmp_path):
        pass


def test_what_a_link_points_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("mine")
    with RunFolder(tmp_path / "run") as folder:
        folder.write_run(RUN)
        (folder.path / "link").symlink_to(tmp_path / "precious")
    with RunFolder(tmp_path / "run"):
        pass
    assert (tmp_path / "precious" / "file").read_text() == "mine"


@pytest.mark.parametrize("content", ['{"kind": "other"}', "not json", '{"scenario": "salvo"}', None])
def test_another_folder_that_is_not_empty_is_refused(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "file").write_text("mine")
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(BadInput, match="not of an earlier drill"), RunFolder(tmp_path):
        pass
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="is not a folder"), RunFolder(tmp_path / "file"):
        pass


def test_a_folder_in_which_a_drill_is_running_is_refused(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.write_run(RUN)
        with pytest.raises(Busy), RunFolder(tmp_path):
            pass
    with RunFolder(tmp_path):
        pass
