"""Claims about where settings come from, which one wins, and what a faulty one is told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.settings import environment, packaged, profiles, variables
from pipeline.settings.load import Loaded, Row, effective, load


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def run(home: Path, cwd: Path) -> Any:
    def run(environ: dict[str, str] | None = None, **asked: Any) -> Loaded:
        return load(environ=environ or {}, home=home, cwd=cwd, **asked)

    return run


def told(run: Any, *assignments: str, **asked: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        run(assignments=assignments, **asked)
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


def test_without_anything_the_defaults_hold(run: Any, cwd: Path) -> None:
    loaded = run()

    assert None is loaded.file
    assert "https://nano-gpt.com/api/v1" == loaded.settings.llm.base_url
    assert cwd / "output" == loaded.settings.output


def test_each_place_overrides_the_one_before(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("output: from-file\nllm: {models: [file], attempts: 5}\n")
    environ = {"SONGPIPE_OUTPUT": "from-environment", "SONGPIPE_LLM_MODELS": "one, two,"}

    loaded = run(environ, assignments=["output=from-set", "llm.models=[three]"], output="from-flag")

    assert cwd / "from-flag" == loaded.settings.output
    assert ("three",) == loaded.settings.llm.models
    assert 5 == loaded.settings.llm.attempts
    assert ("--output", "--set", "songpipe.yaml:2", "configs/default.yaml") == (
        loaded.sources["output"],
        loaded.sources["llm.models"],
        loaded.sources["llm.attempts"],
        loaded.sources["llm.max_tokens"].split(":")[0],
    )


def test_the_environment_overrides_the_file(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("llm: {base_url: http://file/v1}\nacestep: {urls: [http://file]}\n")
    environ = {"SONGPIPE_LLM_BASE_URL": "http://env/v1/", "SONGPIPE_ACESTEP_URLS": "gpu-a:8000, http://gpu-b"}

    loaded = run(environ)

    assert "http://env/v1" == loaded.settings.llm.base_url
    assert ("http://gpu-a:8000", "http://gpu-b") == loaded.settings.acestep.urls
    assert "SONGPIPE_ACESTEP_URLS" == loaded.sources["acestep.urls"]


def test_an_empty_variable_counts_as_not_set(cwd: Path) -> None:
    assert [] == variables.layers({"SONGPIPE_LLM_MODELS": " ", "SONGPIPE_OUTPUT": ""}, cwd)


def test_a_list_of_nothing_is_refused_by_the_name_of_its_variable(run: Any) -> None:
    error = told(run, environ={"SONGPIPE_LLM_MODELS": ", ,"})

    assert "SONGPIPE_LLM_MODELS: llm.models must be a list of at least 1, not an empty list" == error.message


def test_the_users_file_is_looked_for_in_the_order_of_the_contract(run: Any, home: Path, cwd: Path) -> None:
    ordered = [
        home / ".config" / "songpipe" / "songpipe.yaml",
        cwd / "songpipe.yaml",
        cwd / "variable.yaml",
        cwd / "option.yaml",
    ]
    found = []
    for path in ordered:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"finish: {{album: '{path.name}'}}\n")
        environ = (
            {"SONGPIPE_CONFIG": "variable.yaml"} if path.name in {"variable.yaml", "option.yaml"} else {}
        )
        config = "option.yaml" if path.name == "option.yaml" else None
        found.append(run(environ, config=config).file)

    assert ordered == found


@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "APPDATA"])
def test_the_users_config_folder_follows_the_platform(variable: str, tmp_path: Path) -> None:
    assert tmp_path / "songpipe" == profiles.user_folder({variable: str(tmp_path)}, Path("/home"))
    assert Path("/home/.config/songpipe") == profiles.user_folder({variable: "relative"}, Path("/home"))


@pytest.mark.parametrize("name", ["nanogpt", "local", "desktop-gpu"])
def test_a_profile_is_found_by_its_bare_name(run: Any, name: str) -> None:
    loaded = run(config=name)

    assert packaged.folder("configs") / f"{name}.yaml" == loaded.file
    assert any(source.startswith(f"configs/{name}.yaml:") for source in loaded.sources.values())


def test_a_workspaces_own_profile_goes_before_the_packaged_one(run: Any, cwd: Path) -> None:
    (cwd / "configs").mkdir()
    (cwd / "configs" / "local.yaml").write_text("finish: {album: mine}\n")

    assert "mine" == run(config="local").settings.finish.album


@pytest.mark.parametrize("asked", ["locol", "absent.yaml", "n\0ul", "x" * 5000, ".", "a/b"])
def test_a_settings_file_that_is_not_there_is_refused_with_the_profiles(run: Any, asked: str) -> None:
    error = told(run, config=asked)

    assert error.message.startswith("--config: there is no settings file")
    assert "profiles: default, desktop-gpu, local, nanogpt" in error.hint
    assert ("did you mean 'local'? " in error.hint) is (asked == "locol")


def test_a_home_relative_path_is_understood(run: Any, home: Path) -> None:
    (home / "mine.yaml").write_text("output: ~/songs\nprompts: ~\n")

    loaded = run(config="~/mine.yaml")

    assert home / "songs" == loaded.settings.output
    assert None is loaded.settings.prompts


def test_the_home_itself_is_a_path(run: Any, home: Path) -> None:
    assert home == run(output="~").settings.output


def test_paths_in_a_file_start_at_that_file(run: Any, cwd: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("output: songs\nprompts: words\ntaste: tastes/odd.yaml\n")

    loaded = run(config=str(tmp_path / "mine.yaml"))

    assert tmp_path / "songs" == loaded.settings.output
    assert tmp_path / "words" == loaded.settings.prompts
    assert str(tmp_path / "tastes" / "odd.yaml") == loaded.settings.taste
    assert cwd / "x" == run(assignments=["prompts=x"]).settings.prompts


def test_a_taste_without_a_slash_is_a_name(run: Any) -> None:
    assert "acoustic" == run(assignments=["taste=acoustic"]).settings.taste


def test_an_empty_or_commented_file_changes_nothing(run: Any, cwd: Path) -> None:
    before = run().settings
    (cwd / "songpipe.yaml").write_text("# nothing yet\n")
    empty = run().settings
    (cwd / "songpipe.yaml").write_text("llm:\nacestep:\n  # urls: []\n")

    assert before == empty == run().settings


@pytest.mark.parametrize("text", ["- llm", "just words", "3"])
def test_a_file_without_keys_is_refused(run: Any, cwd: Path, text: str) -> None:
    (cwd / "songpipe.yaml").write_text(f"\n{text}\n")

    assert "songpipe.yaml:2: the settings must be keys with values" == told(run).message


def test_an_unknown_key_is_refused_with_file_line_and_the_nearest(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("taste: default\nllm:\n  max_token: 5\n")

    error = told(run)

    assert "songpipe.yaml:3: unknown key 'llm.max_token'; the nearest is 'llm.max_tokens'" == error.message
    assert "llm.max_tokens" in error.hint


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("max_tokens=1", "the nearest is 'llm.max_tokens'"),
        ("acestep.max_tokens=1", "the nearest is 'llm.max_tokens'"),
        ("lm.models=[a]", "the nearest is 'llm'"),
        ("acestep.servers=[{url: 'h:1', nam: x}]", "the nearest is 'acestep.servers.0.name'"),
        ("listening.xyzzy=1", "known here: silence_dbfs, silent_share"),
        ("engine.xyzzy=1", "known here: database_url, concurrency, most_combinations"),
        ("engine.concurrency=0", "must be at least 1 or 'auto', not 0"),
        ("engine.database_url=mysql://h/db", "engine.database_url must"),
        ("daily.notify=sometimes", "must be 'never', 'failure', 'success' or 'always', not 'sometimes'"),
        ("daily.timezone=Middle/Earth", "daily.timezone must"),
        ("acestep.servers=[{url: 'h:1', weight: 0}]", "acestep.servers.0.weight must be more than 0"),
        ("acestep.servers=[{url: 'h:1', via: 'http://x'}]", "acestep.servers.0.via must"),
        ("xyzzy=1", "known here: llm, acestep, taste"),
        ("llm.max_tokens=abc", "llm.max_tokens must be a whole number, not 'abc'"),
        ("llm.max_tokens=8000.5", "must be a whole number, not 8000.5"),
        ("llm.max_tokens='8000'", "must be a whole number, not '8000'"),
        ("llm.max_tokens=true", "must be a whole number, not true"),
        ("llm.max_tokens=", "must be a whole number, not nothing"),
        ("llm.max_tokens=1", "must be at least 256, not 1"),
        ("llm.max_tokens=2000000", "must be at most 1000000, not 2000000"),
        ("llm.temperature=hot", "must be a number, not 'hot'"),
        ("llm.temperature=2.5", "must be at most 2, not 2.5"),
        ("llm.models=gpt", "must be a list such as [a, b], not 'gpt'"),
        ("llm.models=[1]", "llm.models.0 must be text, not 1; put it in quotes"),
        ("llm.models=[' ']", "llm.models.0 must be one line of text"),
        ("llm.models=[[]]", "must be text, not an empty list"),
        ("llm.models=[[a]]", "must be text, not a list"),
        ("llm.models=[{a: b}]", "must be text, not keys with values"),
        (f"llm.models=[{'x' * 300}]", "must be at most 200 characters long, not this text"),
        ("llm.reasoning_effort=huge", "'low', 'medium', 'high' or 'xhigh', not 'huge'"),
        ("llm.base_url=http://h?x", "must end with its path"),
        ("llm.base_url=nanogpt", "put 'http://' before the bare name of a machine"),
        ("acestep.urls=[gpu-box]", "put 'http://' before the bare name of a machine"),
        ("llm.models=['']", "llm.models.0 must be one line of text, not empty"),
        ("llm.prices.some-model.input=1", "llm.prices.some-model lacks 'output'"),
        ("acestep.servers=[{name: x}]", "acestep.servers.0 lacks 'url'"),
        ("acestep.servers=[{url: 'h:1', key_env: 'a b'}]", "must be the name of an environment variable"),
        ("acestep.thinking=no", "must be true or false, not 'no'"),
        ("acestep.audio_duration=5", "must be at least 10 or 'auto', not 5"),
        ("acestep.audio_duration=long", "must be a number or 'auto', not 'long'"),
        ("acestep.audio_format=mp4", "or 'opus', not 'mp4'"),
        ("acestep.vocal_language=english", "must be a language code"),
        ("acestep.time_signature=5", "must be 2, 3, 4 or 6, not 5"),
        ("acestep.urls=[]", "needs addresses in 'urls'"),
        ("acestep={urls: ['a:1'], servers: [{url: 'b:1'}]}", "not both"),
        ("rules.hooks=off", "rules.hooks must be the id of a rule"),
        ("rules.SP101=loud", "must be 'error', 'warning', 'note' or 'off', not 'loud'"),
        ("rules=[SP101]", "rules must be keys with values, not a list"),
        ("finish=3", "finish must be keys with values, not 3"),
        ("taste=a b", "must be the name of a taste"),
        ("taste=dir/no-ending", "must be the name of a taste"),
        ("output=3", "output must be a path, not 3"),
        ("output=''", "output must be the path of a folder"),
    ],
)
def test_a_faulty_setting_is_told_what_is_wanted(run: Any, assignment: str, said: str) -> None:
    error = told(run, assignment)

    assert error.message.startswith("--set: ")
    assert said in error.message
    assert error.hint
    assert 2 == error.exit_code


def test_the_first_fault_is_told_and_the_others_are_counted(run: Any) -> None:
    error = told(run, "llm.attempts=99", "llm.max_cost=-1", "wat=2")

    assert "--set: llm.attempts must be at most 10, not 99 (and 2 more)" == error.message


@pytest.mark.parametrize(("cost", "said"), [("-1.0", "at least 0, not -1"), ("nan", "a number, not 'nan'")])
def test_a_flag_that_stands_for_a_setting_is_refused_by_its_own_name(run: Any, cost: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        run(assignments=["llm.attempts=2", ("--max-cost", f"llm.max_cost={cost}")])

    assert f"--max-cost: llm.max_cost must be {said}" == caught.value.message


def test_a_flag_that_stands_for_a_setting_is_its_source(run: Any) -> None:
    sources = run(assignments=[("--max-cost", "llm.max_cost=0.5"), "llm.attempts=2"]).sources

    assert ("--max-cost", "--set") == (sources["llm.max_cost"], sources["llm.attempts"])


@pytest.mark.parametrize("config", ["", " "])
def test_an_empty_config_is_refused_and_not_ignored(run: Any, config: str) -> None:
    error = told(run, config=config)

    assert "--config: no settings file is named" == error.message
    assert "local" in error.hint


def test_an_empty_output_is_refused_and_is_not_the_current_folder(run: Any) -> None:
    assert told(run, output="").message.startswith("--output: output must be the path of a folder")


def test_a_name_of_an_undecodable_file_is_refused(run: Any) -> None:
    assert "output must be the path of a folder" in told(run, output="caf\udce9").message


def test_a_strange_key_makes_one_short_line(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text('"a\\n' + "b" * 500 + '": 1\n')

    assert len(told(run).message) < 250


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("llm", "no '='"),
        ("=1", "not a dotted key"),
        ("llm..models=[a]", "not a dotted key"),
        ("llm.models=[a", "--set llm.models:1: not YAML"),
    ],
)
def test_an_assignment_that_says_nothing_is_refused(run: Any, assignment: str, said: str) -> None:
    assert said in told(run, assignment).message


def test_an_assignment_may_null_what_a_file_has_set(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("llm: {max_cost: 0.5}\n")

    assert None is run(assignments=["llm.max_cost="]).settings.llm.max_cost


def test_a_price_is_set_through_a_quoted_step(run: Any) -> None:
    prices = run(assignments=['llm.prices."a/b-1.5"={input: 1, output: 2.5}']).settings.llm.prices

    assert (1.0, 2.5) == (prices["a/b-1.5"].input, prices["a/b-1.5"].output)
    assert "anthropic/claude-opus-4.6" in prices


@pytest.mark.parametrize("spelled", ["rules: {SP101: warning}", "rules: {SP101: {severity: warning}}"])
def test_a_rules_severity_has_two_spellings(run: Any, cwd: Path, spelled: str) -> None:
    (cwd / "songpipe.yaml").write_text(spelled)

    assert {"SP101": "warning"} == run().settings.rules


def test_a_rule_that_does_not_exist_is_refused_with_the_nearest(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("rules:\n  SP101: off\n  SP1001: note\n")

    assert "songpipe.yaml:3: rules.SP1001 is no rule; the nearest is 'SP101'" == told(run).message


def test_off_is_a_word_and_no_boolean(run: Any) -> None:
    assert {"SP101": "off"} == run(assignments=["rules.SP101=off"]).settings.rules


def test_urls_and_servers_replace_each_other(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text(
        "acestep:\n  servers: [{url: 'http://gpu-a', name: attic, key_env: ATTIC_KEY}]\n"
    )
    from_file = run().settings.acestep
    from_environment = run({"SONGPIPE_ACESTEP_URLS": "gpu-b:8000"}).settings.acestep

    assert [("http://gpu-a", "attic", "ATTIC_KEY")] == [(s.url, s.label, s.key_env) for s in from_file.band]
    assert [("http://gpu-b:8000", "gpu-b:8000", "ACESTEP_API_KEY")] == [
        (s.url, s.label, s.key_env) for s in from_environment.band
    ]


def test_the_line_that_starts_a_server_may_be_long(run: Any, cwd: Path) -> None:
    line = f"cd '/home/{'x' * 300}' && source ./env.vars && exec ./start_api_server.sh"
    (cwd / "songpipe.yaml").write_text(
        json.dumps({"acestep": {"servers": [{"url": "http://attic:8001", "start_command": line}]}})
    )

    assert line == run().settings.acestep.band[0].start_command


def test_only_servers_outside_the_house_need_a_key(run: Any) -> None:
    assert run().settings.llm.needs_key
    assert not run(config="local").settings.llm.needs_key


def test_the_folder_around_the_settings_file_is_a_workspace_with_a_profile_too(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").touch()
    (cwd / "configs").mkdir()
    (cwd / "configs" / "mine.yaml").touch()

    assert (cwd,) == run().workspaces == run(config="local").workspaces
    assert (cwd / "configs", cwd) == run(config="mine").workspaces


def test_a_folder_without_settings_is_no_workspace(run: Any) -> None:
    assert () == run().workspaces == run(config="local").workspaces


def test_effective_lists_every_leaf_with_its_source(run: Any, cwd: Path) -> None:
    (cwd / "songpipe.yaml").write_text("llm:\n  attempts: 4\n")

    rows = effective(run(output="out"))

    assert Row("llm.attempts", 4, "songpipe.yaml:2") in rows
    assert Row("output", str(cwd / "out"), "--output") in rows
    assert ("rules", {}) in [(row.key, row.value) for row in rows]
    assert all(row.source for row in rows)


def test_effective_says_of_keys_only_whether_they_are_set(run: Any) -> None:
    keys = {"NANO_GPT_API_KEY": "sk-nano-secret"}
    servers = ["acestep.servers=[{url: 'a:1', key_env: A_KEY}, {url: 'b:1', key_env: A_KEY}, {url: 'c:1'}]"]

    rows = effective(run(keys, assignments=servers))

    keys_told = [
        Row("writer's key", "set", "NANO_GPT_API_KEY"),
        Row("music server's key", "not set", "A_KEY"),
        Row("music server's key", "not set", "ACESTEP_API_KEY"),
    ]
    assert keys_told == [row for row in rows if row in keys_told]
    assert Row("writer's key", "not set", "NANOGPT_API_KEY") in effective(run())
    assert "secret" not in str(rows)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="almetoksc:_ \n-[]{}'\"0129.~,#", max_size=120))
def test_no_settings_file_does_anything_but_load_or_be_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "songpipe.yaml").write_text(text)

    def said() -> str:
        try:
            load(environ={}, home=folder, cwd=folder)
        except SettingsError as error:
            return error.message
        return ""

    assert not said() or said().startswith("songpipe.yaml:")


def test_current_is_a_copy_of_the_environment() -> None:
    copied = environment.current()
    copied["SONGPIPE_OUTPUT"] = "changed"

    assert dict(os.environ) == environment.current()


def test_what_every_command_needs_of_the_settings_imports_nothing_heavy() -> None:
    code = (
        "import sys, pipeline.settings.environment; print({'yaml', 'pydantic', 'httpx'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()
