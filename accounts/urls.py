from django.urls import path

from accounts.views import groups, invitations, members, people

people_urls = [
    path("privacy/", people.privacy, name="privacy"),
    path("my/profile/", people.profile, name="profile"),
    path("my/delete/", people.delete_account, name="delete_account"),
]

group_urls = [
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

urlpatterns = [*people_urls, *group_urls]
