"""A service of several companies, for tests of whatever reads or writes blueprints."""

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load

TEXT = """\
service: fleet
title: Fleet
created: 2026-11-21
tenancy: Company
roles: {admin: Runs it., driver: Drives.}
entities:
  Company:
    fields:
      name: {type: string}
      city: {type: string, optional: true}
    access:
      admin: {read: all, update: all}
      driver: {read: all}
  Model:
    tenancy: shared
    fields:
      title: {type: string, unique: true}
    access:
      admin: {read: all}
      driver: {read: all}
  Driver:
    fields:
      name: {type: string}
      licence: {type: string, max: 30, optional: true, unique: true, encrypted: true}
      account: {type: reference, to: User, optional: true, unique: true}
    access:
      admin: everything
      driver: {read: account}
  Vehicle:
    fields:
      plate: {type: string, max: 20, unique: true}
      row: {type: string}
      place: {type: integer}
      status: {type: enum, values: [free, used], default: free}
      model: {type: reference, to: Model, optional: true}
      driver: {type: reference, to: Driver, optional: true}
      depot: {type: reference, to: Depot}
    filters: [status, model, driver]
    sorts: [plate, created_at]
    embeds: [driver]
    unique: [[row, place]]
    access:
      admin: everything
      driver: {read: all, update: {fields: [status]}}
  Depot:
    fields:
      title: {type: string}
      main: {type: reference, to: Vehicle, optional: true}
    access:
      admin: everything
      driver: {read: all}
"""


def fleet() -> Blueprint:
    """Companies with vehicles, drivers and depots; vehicles and depots refer to each other; models are shared."""
    return load(TEXT)
