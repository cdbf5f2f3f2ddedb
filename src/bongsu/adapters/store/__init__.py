"""The record where it lies: SQLAlchemy Core on SQLite, one file `record.db` in a node's folder, or on PostgreSQL by its address."""

from bongsu.adapters.store.places import FILE_NAME, Durability, FilePlace, Place, ServerPlace, is_address, place_of
from bongsu.adapters.store.reader import ROW_BYTES, RecordReader, read_record
from bongsu.adapters.store.writer import Store

__all__ = [
    "FILE_NAME",
    "ROW_BYTES",
    "Durability",
    "FilePlace",
    "Place",
    "RecordReader",
    "ServerPlace",
    "Store",
    "is_address",
    "place_of",
    "read_record",
]
