"""The roles of this service. Each resource says in its `access` what a role may do; what is not said is
refused.
"""

from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    """Runs the service and may do everything."""
    DISPATCHER = "dispatcher"
    """Plans the work and gives it to technicians."""
    TECHNICIAN = "technician"
    """Carries out the work orders assigned to them."""
    VIEWER = "viewer"
    """Looks and changes nothing."""
