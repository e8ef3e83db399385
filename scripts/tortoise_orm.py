"""Where the `tortoise` command finds the database: the one that `DATABASE_URL` or `.env` names, as for the server."""

from models.database import tortoise_config
from settings import Settings

TORTOISE_ORM = tortoise_config(Settings().database_url, migrating=True)
