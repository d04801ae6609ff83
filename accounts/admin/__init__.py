from accounts.admin import applications

__all__ = ["applications"]
