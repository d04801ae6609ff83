from django.urls import path

from accounts.views import directory, groups, invitations, members, notices, people
from accounts.views.applications import card, documents, renewal, status, wizard

people_urls = [
    path("privacy/", people.privacy, name="privacy"),
    path("my/profile/", people.profile, name="profile"),
    path("my/notices/", notices.notices, name="notices"),
    path("my/invitations/<int:pk>/", invitations.own_invitation, name="own_invitation"),
    path("my/delete/", people.delete_account, name="delete_account"),
]

# Before the groups: "register" is no group's number.
application_urls = [
    path("groups/register/", wizard.register, name="register_group"),
    path("groups/register/model-bylaws/", documents.model_bylaws, name="model_bylaws"),
    path("groups/register/model-bylaws.docx", documents.model_bylaws_file, name="model_bylaws_file"),
    path("groups/register/<str:reference>/<str:step>/", wizard.step, name="application_step"),
    path("applications/<str:reference>/", status.application, name="application"),
    path("applications/<str:reference>/edit/", status.edit, name="application_edit"),
    path("applications/<str:reference>/more/", status.more, name="application_more"),
    path("applications/<str:reference>/submit/", wizard.submit, name="submit_application"),
    path("applications/<str:reference>/sent/", status.receipt, name="application_receipt"),
    path("applications/<str:reference>/withdraw/", status.withdraw, name="withdraw_application"),
    path(
        "applications/<str:reference>/documents/<int:pk>/remove/",
        wizard.remove_document,
        name="remove_document",
    ),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("groups/<str:number>/renew/", renewal.renew, name="renew_group"),
    path("groups/<str:number>/change/", renewal.change, name="change_group"),
    path("groups/<str:number>/card/", card.card, name="group_card"),
]

group_urls = [
    path("groups/", directory.groups, name="groups"),
    path("groups/<str:number>/", groups.group, name="group"),
    path("groups/<str:number>/contact/", groups.contact, name="group_contact"),
    path("groups/<str:number>/directory/", groups.directory_entry, name="directory_entry"),
    path("groups/<str:number>/invite/", invitations.invite, name="invite"),
    path("groups/<str:number>/invitations/<int:pk>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("groups/<str:number>/leave/", members.leave, name="leave_group"),
    path("groups/<str:number>/members/<int:pk>/", members.member, name="group_member"),
    path("groups/<str:number>/members/<int:pk>/role/", members.change_role, name="change_role"),
    path("groups/<str:number>/members/<int:pk>/hand-over/", members.hand_over, name="hand_over"),
    path("groups/<str:number>/members/<int:pk>/remove/", members.remove, name="remove_member"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]

urlpatterns = [*people_urls, *application_urls, *group_urls]
