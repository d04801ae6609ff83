from django.urls import URLPattern, path

from spaces.views import feeds, lottery

feed_urls = [
    path("feeds/<str:token>.ics", feeds.feed, name="feed"),
    path("bookings/<str:reference>/calendar.ics", feeds.booking_ics, name="booking_ics"),
    path("groups/<str:number>/calendar/", feeds.group_calendar, name="group_calendar"),
    path("groups/<str:number>/calendar/renew/", feeds.group_calendar_renew, name="group_calendar_renew"),
    path("groups/<str:number>/calendar/revoke/", feeds.group_calendar_revoke, name="group_calendar_revoke"),
    path("spaces/<slug:slug>/calendar/", feeds.space_calendar, name="space_calendar"),
    path("spaces/<slug:slug>/calendar/renew/", feeds.space_calendar_renew, name="space_calendar_renew"),
    path("spaces/<slug:slug>/calendar/revoke/", feeds.space_calendar_revoke, name="space_calendar_revoke"),
]

lottery_urls = [
    path("lotteries/", lottery.lotteries, name="lotteries"),
    path("lotteries/<int:pk>/", lottery.lottery, name="lottery"),
    path("lotteries/<int:pk>/enter/", lottery.lottery_enter, name="lottery_enter"),
    path("lotteries/<int:pk>/check/", lottery.lottery_rerun, name="lottery_rerun"),
    path("lotteries/<int:pk>/result.csv", lottery.lottery_csv, name="lottery_csv"),
    path("lotteries/entries/<int:pk>/withdraw/", lottery.lottery_withdraw, name="lottery_withdraw"),
    path("lotteries/entries/<int:pk>/claim/", lottery.lottery_claim, name="lottery_claim"),
]

urlpatterns: list[URLPattern] = [*feed_urls, *lottery_urls]
