"""Lists of people for staff and bulk-send tools: written on request, one row a person, with a hold-out.

No list names a customer: it carries list ids, which only the client can map back, with its key file.
"""

from opsmodel.lists.ids import identify, key_file, list_ids
from opsmodel.lists.kinds import KINDS, ask, asked
from opsmodel.lists.writing import write

__all__ = ["KINDS", "ask", "asked", "identify", "key_file", "list_ids", "write"]
