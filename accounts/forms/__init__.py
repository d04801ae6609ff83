from accounts.forms.people import SignupForm

__all__ = ["SignupForm"]
