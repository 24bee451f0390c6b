"""The command as a whole: help, languages, places, refusals, exit codes."""

import re
import sys
from pathlib import Path

import pytest

import gis
from cli import common, console, data, main, usage
from gis.errors import InputError

COMMANDS = (
    "init", "import", "template", "layers", "info", "drop", "check", "boundaries", "align",
    "export", "serve", "demo", "map",
)  # fmt: skip


# --- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_without_a_command_the_help_lists_all_of_them(arguments, vung):
    ran = vung(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Usage: vung [OPTIONS] COMMAND")
    listed = re.findall(r"^  ([a-z]+)  +\S", ran.out.split("Commands:")[1], re.MULTILINE)
    assert tuple(listed) == COMMANDS


def test_a_group_without_a_command_shows_its_help(vung):
    ran = vung("map")
    assert ran.code == 0
    assert "review" in ran.out


@pytest.mark.parametrize("command", [*COMMANDS, "map review"])
def test_every_command_explains_itself_in_both_languages(command, vung):
    ran = vung(*command.split(), "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: vung {command}")
    summary = ran.out.splitlines()[2]
    assert " / " in summary
    assert len(summary) < 80
    # an option without a word on it would end its line after its metavar
    assert re.findall(r"^  (-\S+(?: [\w|=]+)?)$\n(?! {6})", ran.out, re.MULTILINE) == []


def test_no_summary_of_a_command_is_cut_off(vung):
    assert "..." not in vung("--help").out.split("Commands:")[1]


def test_version(vung):
    ran = vung("--version")
    assert (ran.code, ran.out) == (0, f"vung {gis.__version__}\n")


# --- mistyped commands ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "vi", "en"),
    [
        ("import", "Thiếu tham số 'LAYER'; xem `vung import --help`.", "Missing argument 'LAYER'"),
        ("export x", "Thiếu tùy chọn '-o' / '--out'", "Missing option '-o' / '--out'"),
        ("layers --jsn", "Không có tùy chọn --jsn (có lẽ là: --json)", "No such option: --jsn"),
        ("align --zzzz", "Không có tùy chọn --zzzz; xem `vung align --help`.", "No such option"),
        ("aling", "Không có lệnh 'aling'; có lẽ là 'align'", "No such command 'aling'"),
        ("xyzzy", "Không có lệnh 'xyzzy'; xem `vung --help`.", "No such command 'xyzzy'"),
        ("map draw", "Không có lệnh 'draw'; xem `vung map --help`.", "No such command 'draw'"),
        ("align --year", "Tùy chọn '--year' cần một giá trị", "Option '--year' requires an argum"),
        ("layers --json=1", "Tùy chọn '--json' không nhận giá trị", "does not take a value"),
        ("layers a b", "Thừa tham số: a b", "Got unexpected extra argument"),
        ("align --year 2x", "Giá trị của '--year' phải là số nguyên", "Invalid value for '--year'"),
    ],
)
def test_a_mistyped_command_is_a_sentence_in_both_languages(arguments, vi, en, vung, monkeypatch):
    for lang, label, sentence in (("vi", "Lỗi: ", vi), ("en", "Error: ", en)):
        monkeypatch.setenv("VUNG_LANG", lang)
        ran = vung(*arguments.split())
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(label)
        assert sentence in ran.err
        assert re.search(r"(; see|; xem) `vung[ a-z]* --help`\.\n$", ran.err)
        assert ran.err.count("\n") == 1


def test_a_language_from_the_environment_counts_for_mistyped_commands_too(vung, monkeypatch):
    monkeypatch.setenv("VUNG_LANG", "en")
    assert (
        vung("aling").err
        == "Error: No such command 'aling'. Did you mean 'align'; see `vung --help`.\n"
    )


def test_an_unheard_of_usage_error_still_speaks_vietnamese(vung, monkeypatch):
    monkeypatch.setattr(usage, "_SENTENCES", ())
    assert vung("aling").err.startswith("Lỗi: Lệnh chưa đúng (No such command 'aling'")


# --- languages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "environment", "start"),
    [
        ((), None, "Lỗi: . không phải"),
        (("--lang", "en"), None, "Error: . is no"),
        (("--lang=en",), None, "Error: . is no"),
        ((), "en", "Error: . is no"),
        (("--lang", "vi"), "en", "Lỗi: . không phải"),
    ],
)
def test_the_language_is_asked_for_or_vietnamese(arguments, environment, start, vung, monkeypatch):
    if environment:
        monkeypatch.setenv("VUNG_LANG", environment)
    ran = vung("layers", *arguments)
    assert ran.code == 2
    assert ran.err.startswith(start)


def test_the_language_may_stand_before_the_command(vung, monkeypatch):
    assert vung("--lang", "en", "init", "a").out == "Made a.\n"
    assert vung("--lang", "en", "layers").err.startswith("Error: . is no")
    assert vung("--lang", "fr", "layers").err.startswith("Lỗi: Không có ngôn ngữ 'fr'")
    monkeypatch.setenv("VUNG_LANG", "en")
    assert vung("--lang", "vi", "init", "b").out == "Đã tạo b.\n"
    # what stands nearest to the command's end counts
    assert vung("--lang", "vi", "init", "c", "--lang", "en").out == "Made c.\n"


@pytest.mark.parametrize("command", ["layers", "map review", "demo"])
def test_the_short_word_for_help_helps_everywhere(command, vung):
    assert vung(*command.split(), "-h").out == vung(*command.split(), "--help").out


@pytest.mark.parametrize(
    ("program", "shell", "typed"),
    [
        ("bin/vung", None, "bin/vung -w 'a b' layers"),
        ("vung", None, "./vung -w 'a b' layers"),
        ("bin/vung", "bin/vung", "vung -w 'a b' layers"),
        ("bin/vung", "/other/vung", "bin/vung -w 'a b' layers"),
        ("/other/place/vung", None, "/other/place/vung -w 'a b' layers"),
    ],
)
def test_a_printed_command_can_be_typed(program, shell, typed, monkeypatch):
    monkeypatch.setattr(common.sys, "argv", [program])
    monkeypatch.setattr(common.shutil, "which", lambda _: shell)
    place = common.Place(Path("a b"), named=True)
    assert place.command("layers").replace('"', "'").replace("\\", "/") == typed
    assert common.Place(Path("a b")).command("layers").endswith("vung layers")


@pytest.mark.parametrize("command", ["layers", "align", "info x", "drop x", "demo", "serve"])
def test_a_foreign_language_is_refused_by_every_command(command, vung):
    ran = vung(*command.split(), "--lang", "fr")
    assert (ran.code, ran.err) == (2, "Lỗi: Không có ngôn ngữ 'fr'; hãy dùng vi hoặc en.\n")


# --- the workspace's place --------------------------------------------------------------------


def test_the_workspace_is_named_or_in_the_environment_or_here(vung, monkeypatch, tmp_path):
    for name in ("named", "around", "here"):
        vung("init", name)
    monkeypatch.chdir(tmp_path / "here")
    assert vung("layers").code == 0
    monkeypatch.setenv("VUNG_WORKSPACE", "nowhere")
    assert "nowhere không phải thư mục dữ liệu" in vung("layers").err
    monkeypatch.setenv("VUNG_WORKSPACE", str(tmp_path / "around"))
    assert vung("layers").code == 0
    assert vung("-w", tmp_path / "named", "layers").code == 0
    assert vung("--workspace", "nowhere", "layers").code == 2
    monkeypatch.setenv("VUNG_WORKSPACE", "")
    assert vung("layers").code == 0


# --- refusals ---------------------------------------------------------------------------------


def test_a_refusal_is_one_line_and_for_machines_both_languages(vung):
    ran = vung("layers", "--json")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    error = ran.record["error"]
    assert error["type"] == "WorkspaceError"
    assert error["vi"].startswith(". không phải thư mục dữ liệu; hãy tạo bằng")
    assert error["en"].startswith(". is no workspace; make one with")


def test_a_mistyped_command_answers_machines_too(vung):
    assert vung("layers", "--json", "--jsn").record["error"]["type"] == "InputError"


@pytest.mark.parametrize("error", [InputError("one\n  two", vi="một\n  hai")])
def test_a_refusal_with_line_breaks_is_still_one_line(error, capsys):
    assert console.refuse(error, "vi", as_json=False) == 2
    assert capsys.readouterr().err == "Lỗi: một hai\n"


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (OSError(28, "No space left on device", "a.csv"), 2, "Hệ thống từ chối a.csv (No space"),
        (OSError("odd"), 2, "Hệ thống từ chối (OSError)"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["full disk", "nameless", "Ctrl+C"],
)
def test_what_the_system_does_to_a_command_has_an_exit_code(fault, code, words, vung, monkeypatch):
    def fails(*_, **__):
        raise fault

    monkeypatch.setattr(data.Workspace, "create", fails)
    ran = vung("init", "x")
    assert ran.code == code
    assert words in ran.err
    assert bool(words) is bool(ran.err)


def test_a_fault_of_our_own_is_a_sentence_too(monkeypatch, capsys):
    def fails(*_, **__):
        raise KeyError("secret")

    monkeypatch.setattr(data.Workspace, "create", fails)
    monkeypatch.setattr(sys, "argv", ["vung", "init", "x"])
    with pytest.raises(SystemExit) as caught:
        main.run()
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("Lỗi: Vùng gặp lỗi của chính chương trình (KeyError: 'secret'); ")
    monkeypatch.setenv("VUNG_DEBUG", "1")
    with pytest.raises(KeyError):
        main.run()
