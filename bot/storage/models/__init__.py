"""The tables. What a mother wrote is encrypted; a conversation's id is the channel's own, never a phone number."""

from bot.storage.base import Base
from bot.storage.models.answer import TopicDay, Vote
from bot.storage.models.appointment import Appointment
from bot.storage.models.audit import AuditEntry, AuditHead
from bot.storage.models.conversation import ConversationEvents
from bot.storage.models.enrolment import (
    Enrolment,
    EnrolmentChange,
    EnrolmentCode,
    OptOut,
    OptOutKey,
    TreatmentSession,
)
from bot.storage.models.hand_off import HandOff, HandOffMessage, HandOffNote, Kind, Status, Urgency
from bot.storage.models.inbound_text import InboundText
from bot.storage.models.outbox import Delivery, OutboxEntry
from bot.storage.models.question import UnansweredQuestion
from bot.storage.models.text_message import DueText, Purpose, TextMessage, TextState, TextThread
from bot.storage.models.transcript import WebTurn

__all__ = [
    "Appointment",
    "AuditEntry",
    "AuditHead",
    "Base",
    "ConversationEvents",
    "Delivery",
    "DueText",
    "Enrolment",
    "EnrolmentChange",
    "EnrolmentCode",
    "HandOff",
    "HandOffMessage",
    "HandOffNote",
    "InboundText",
    "Kind",
    "OptOut",
    "OptOutKey",
    "OutboxEntry",
    "Purpose",
    "Status",
    "TextMessage",
    "TextState",
    "TextThread",
    "TopicDay",
    "TreatmentSession",
    "UnansweredQuestion",
    "Urgency",
    "Vote",
    "WebTurn",
]
