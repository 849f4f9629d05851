"""Why a campaign cannot be played."""


class NoParquet(Exception):
    """Parquet files need pyarrow; the message says how to get it."""


class NoDask(Exception):
    """A cluster needs distributed; the message says how to get it."""


class OtherCampaign(Exception):
    """What is left of an interrupted campaign is of another one; the message says what to do."""


class WorkerLost(Exception):
    """A process that played sessions has died; the message says what to do."""


class Interrupted(Exception):
    """Somebody ended a campaign early; the message says how many sessions are kept, and where."""
