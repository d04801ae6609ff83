from accounts.admin import applications, groups, people

__all__ = ["applications", "groups", "people"]
