"""What of people's sign-ins is forgotten once nobody can use it any more."""

from datetime import timedelta

from kit import clock
from models.customers import DeviceSession, OneTimeCode, RefreshToken
from models.notifications import OutgoingMessage

CODES_ARE_KEPT = timedelta(days=1)  # longer than any limit on requests looks back
ENDED_SESSIONS_ARE_KEPT = timedelta(days=30)
MESSAGES_ARE_KEPT = timedelta(days=30)


async def forget_expired() -> None:
    """Take away old codes, ended sessions with their refresh tokens, and old messages."""
    await OneTimeCode.filter(created_at__lt=clock.now() - CODES_ARE_KEPT).delete()
    await OutgoingMessage.filter(created_at__lt=clock.now() - MESSAGES_ARE_KEPT).delete()
    long_ago = clock.machine() - ENDED_SESSIONS_ARE_KEPT
    await RefreshToken.filter(session__expires_at__lt=long_ago).delete()
    await DeviceSession.filter(expires_at__lt=long_ago).delete()
