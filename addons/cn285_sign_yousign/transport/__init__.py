"""Yousign's API v3 over HTTP."""

from .client import CallFailed, Client
