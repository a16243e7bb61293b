"""The keys of an X account in hub.toml."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator


class Settings(BaseModel, frozen=True, extra="forbid"):
    username: str
    """The city's account, without @."""
    bearer_token: SecretStr
    """Reads. From the developer portal; by environment or secrets file only, like the four below."""
    consumer_key: SecretStr | None = None
    consumer_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    access_token_secret: SecretStr | None = None
    """All four: the account may answer. None of them: it only reads."""
    monthly_reads: int = Field(default=10_000, gt=0)
    """Posts that may be read in a calendar month (UTC), as bought from X."""
    search_share: float = Field(default=0.3, ge=0, le=1)
    """Of monthly_reads, what saved searches may use."""
    queries: tuple[str, ...] = ()
    """Saved searches in X's own notation; what they find is always sorted by a person."""
    poll_seconds: int = Field(default=120, ge=1)
    page: int = Field(default=50, ge=10, le=100)
    """Posts of one question."""
    timeout_seconds: float = Field(default=20.0, gt=0)
    api_base: str = "https://api.twitter.com"
    """A gateway or a stand-in. Answers are signed for api.twitter.com, so api.x.com would refuse them."""
    media_hosts: tuple[str, ...] = ("pbs.twimg.com", "video.twimg.com")
    """Photos and videos are fetched from these only."""

    @field_validator("username")
    @classmethod
    def _username(cls, name: str) -> str:
        bare = name.strip().removeprefix("@")
        if not 1 <= len(bare) <= 15 or not all(letter.isascii() and (letter.isalnum() or letter == "_") for letter in bare):
            raise ValueError("nama akun X: huruf, angka, garis bawah, paling panjang 15, tanpa @")
        return bare

    @field_validator("queries")
    @classmethod
    def _queries(cls, queries: tuple[str, ...]) -> tuple[str, ...]:
        """512 letters: https://docs.x.com/x-api/posts/search/introduction"""
        if any(not query.strip() or len(query) > 490 for query in queries):
            raise ValueError("tiap pencarian 1 sampai 490 huruf")
        return tuple(query.strip() for query in queries)

    @field_validator("api_base")
    @classmethod
    def _api_base(cls, address: str) -> str:
        if not address.startswith(("http://", "https://")):
            raise ValueError("harus diawali https:// atau http://")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _all_or_none(self) -> Settings:
        given = [self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret]
        if any(given) and not all(given):
            raise ValueError("consumer_key, consumer_secret, access_token, access_token_secret: isi keempatnya, atau tidak satu pun")
        return self

    @property
    def answers(self) -> bool:
        return self.consumer_key is not None
