from accounts.admin import applications, groups, people, sign_ins

__all__ = ["applications", "groups", "people", "sign_ins"]
