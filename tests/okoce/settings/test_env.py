"""The environment is read in one place and says everything that is wrong at once."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from okoce.settings.env import Environment, choose_settings_module, database_settings, email_settings

KEY = base64.b64encode(bytes(range(32))).decode()


def test_every_missing_variable_is_named_in_one_error():
    env = Environment({"SECRET_KEY": "  ", "DATABASE_URL": ""})
    env.text("SECRET_KEY")
    env.database("DATABASE_URL")
    env.keys("ENCRYPTION_KEYS")
    env.number("TRUSTED_PROXY_COUNT")

    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse_if_incomplete()

    assert str(refusal.value) == (
        "These environment variables are missing: SECRET_KEY, DATABASE_URL, ENCRYPTION_KEYS, "
        'TRUSTED_PROXY_COUNT. What each one means is written in docs/operations.md, "Environment variables".'
    )


def test_a_complete_environment_is_accepted():
    env = Environment({"SECRET_KEY": "x"})
    env.text("SECRET_KEY")

    assert env.refuse_if_incomplete() is None


@pytest.mark.parametrize(
    ("reader", "value", "words"),
    [
        ("flag", "perhaps", "NAME must be 1 or 0"),
        ("number", "-3", "NAME must be a whole number"),
        ("number", "12a", "NAME must be a whole number"),
        ("database", "mysql://root:hunter2@host/x", "NAME must begin with postgresql:// or postgres://"),
        ("email", "http://user:hunter2@host", "NAME must begin with smtp:// or smtps://"),
        ("keys", f"1:{KEY},1:{KEY}", "NAME holds the key id 1 twice"),
        ("keys", "1:c2hvcnQ=", "NAME must be id:base64 of 32 bytes, separated by commas"),
        ("keys", f"0:{KEY}", "NAME must be id:base64 of 32 bytes, separated by commas"),
        ("key", "c2hvcnQ=", "NAME must be base64 of 32 bytes"),
    ],
)
def test_an_unreadable_value_is_named_and_never_repeated(reader, value, words):
    env = Environment({"NAME": value})
    getattr(env, reader)("NAME")

    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse_if_incomplete()

    assert str(refusal.value) == (
        f'{words}. What each one means is written in docs/operations.md, "Environment variables".'
    )
    assert value not in str(refusal.value)


def test_values_are_typed():
    env = Environment({"F": "yes", "N": "42", "W": "a, b,,c ", "K": f"7:{KEY},2:{KEY}", "P": "/srv/x"})

    assert env.flag("F") is True
    assert env.number("N") == 42
    assert env.words("W") == ["a", "b", "c"]
    assert list(env.keys("K")) == ["7", "2"]
    assert env.path("P").as_posix() == "/srv/x"


def test_defaults_stand_in_for_absent_values():
    env = Environment({})

    assert env.flag("F", default=False) is False
    assert env.number("N", default=8000) == 8000
    assert env.words("W", default=["a"]) == ["a"]
    assert env.email("E", default="") == {}


def test_a_database_on_a_unix_socket():
    assert database_settings("postgresql://okoce_app:p%40ss@/okoce?host=/srv/a%20b/run&port=5432") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "okoce",
        "USER": "okoce_app",
        "PASSWORD": "p@ss",
        "HOST": "/srv/a b/run",
        "PORT": "5432",
    }


def test_a_database_on_the_network_with_driver_options():
    assert database_settings("postgresql://a:b@db.example:6432/okoce?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "okoce",
        "USER": "a",
        "PASSWORD": "b",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_an_smtp_address():
    assert email_settings("smtp://u:p@mail.example:587?tls=1") == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "u",
        "EMAIL_HOST_PASSWORD": "p",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
    }


def test_the_settings_follow_okoce_env():
    variables = {"OKOCE_ENV": "production"}
    choose_settings_module(variables)

    assert variables["DJANGO_SETTINGS_MODULE"] == "okoce.settings.production"


def test_an_unknown_environment_is_refused():
    with pytest.raises(ImproperlyConfigured) as refusal:
        choose_settings_module({"OKOCE_ENV": "staging"})

    assert str(refusal.value) == "OKOCE_ENV is 'staging'; it must be local, test or production."
