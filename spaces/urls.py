from django.urls import URLPattern, path

from spaces.views import bookings, feeds, lobby, lottery, series, spaces, waiting

feed_urls = [
    path("feeds/<str:token>.ics", feeds.feed, name="feed"),
    path("bookings/<str:reference>/calendar.ics", feeds.booking_ics, name="booking_ics"),
    path("groups/<str:number>/calendar/", feeds.group_calendar, name="group_calendar"),
    path("groups/<str:number>/calendar/renew/", feeds.group_calendar_renew, name="group_calendar_renew"),
    path("groups/<str:number>/calendar/revoke/", feeds.group_calendar_revoke, name="group_calendar_revoke"),
    path(
        "groups/<str:number>/calendar/revoke-all/",
        feeds.group_calendar_revoke_all,
        name="group_calendar_revoke_all",
    ),
    path("spaces/<slug:slug>/calendar/", feeds.space_calendar, name="space_calendar"),
    path("spaces/<slug:slug>/calendar/renew/", feeds.space_calendar_renew, name="space_calendar_renew"),
    path("spaces/<slug:slug>/calendar/revoke/", feeds.space_calendar_revoke, name="space_calendar_revoke"),
]

space_urls = [
    path("spaces/", spaces.spaces, name="spaces"),
    path("spaces/<slug:slug>/", spaces.space, name="space"),
    path("spaces/<slug:slug>/photos/<int:pk>/", spaces.photo, name="space_photo"),
    path("spaces/<slug:slug>/book/", bookings.book, name="space_book"),
    path("spaces/<slug:slug>/series/", series.new, name="series_new"),
    path("spaces/<slug:slug>/waiting/", waiting.new, name="waiting_new"),
]

booking_urls = [
    path("bookings/", bookings.bookings, name="bookings"),
    path("bookings/<str:reference>/", bookings.booking, name="booking"),
    path("bookings/<str:reference>/change/", bookings.change, name="booking_change"),
    path("bookings/<str:reference>/cancel/", bookings.cancel, name="booking_cancel"),
    path("series/<int:pk>/", series.series, name="series"),
    path("series/<int:pk>/cancel/", series.cancel, name="series_cancel"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/<int:pk>/leave/", waiting.leave, name="waiting_leave"),
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

day_urls = [
    path("lobby/", lobby.lobby, name="lobby"),
    path("check-in/<str:reference>/", lobby.check_in, name="check_in"),
]

urlpatterns: list[URLPattern] = [*space_urls, *booking_urls, *feed_urls, *lottery_urls, *day_urls]
