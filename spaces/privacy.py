"""What bookings say of persons (kyodo.privacy): a group's use of a room, and who of its people or of staff acted."""

from kyodo.privacy import fields

PRIVACY = {
    "BookingPolicy": fields(
        plain="id name window_kind window_amount window_opens_at step_minutes shortest_minutes longest_minutes "
        "daily_minutes monthly_minutes open_bookings buffer_before_minutes buffer_after_minutes change_deadline_hours approval "
        "asks_department checkin_opens_minutes"
    ),
    "Unit": fields(plain="id code name seats"),
    "Space": fields(
        plain="id slug name name_kana policy takes people_min people_max event_people_max summary description "
        "equipment access_notes picture is_offered position units"
    ),
    "SpacePhoto": fields(plain="id space image alternative_text position"),
    "BookingSeries": fields(
        plain="id group space pattern first_date last_date created_at", staff="created_by"
    ),
    "Booking": fields(
        plain="id reference space group series begins_at ends_at people purpose use supported_by remarks "
        "condition status channel booked_at claim_until decided_at cancelled_at cancelled_for reason checked_in_at "
        "people_came left_at reminded_at reminder_missed_at version",
        staff="booked_by decided_by cancelled_by checked_in_by",
    ),
    "RuleOverride": fields(plain="id booking code reason at", staff="by"),
    "Feed": fields(plain="id token group space created_at revoked_at", staff="created_by"),
    "LotteryRound": fields(
        plain="id space name first_date last_date entries_from entries_until draw_at claim_until "
        "entries_per_group seed record drawn_at closed_at",
        staff="created_by",
    ),
    "LotteryEntry": fields(
        plain="id round number group begins_at ends_at people purpose use supported_by remarks status rank booking entered_at",
        staff="user",
    ),
    "Hold": fields(
        plain="id kind title note closure begins_at ends_at placed_at released_at units",
        staff="placed_by released_by",
    ),
    "Visit": fields(plain="id purpose people visited_at taken_back_at", staff="noted_by"),
    "Occupancy": fields(plain="id unit period booking hold"),
    "WaitingEntry": fields(
        plain="id group space begins_at ends_at people purpose use supported_by remarks created_at notified_at "
        "closed_at",
        staff="user",
    ),
}
