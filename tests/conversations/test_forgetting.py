"""She deletes her conversation: the engine knows nothing of it."""

import time


def test_a_conversation_that_is_deleted_is_forgotten_by_the_engine(mother, engine):
    mother.writes("can i drive after my session")
    assert mother.writes("can you say that again") == ["faq_driving"]
    engine.forget(mother.id)
    time.sleep(0.1)
    assert mother.writes("can you say that again") == ["nothing_to_repeat"]


def test_other_conversations_are_kept(mother, engine):
    mother.writes("can i drive after my session")
    engine.forget("of somebody else")
    assert mother.writes("can you say that again") == ["faq_driving"]


def test_who_wants_to_be_forgotten_is_asked_first(mother):
    assert mother.writes("delete my data") == ["delete_my_data"]
    assert [title for title, _ in mother.options] == ["Erase it", "Keep it"]
    assert mother.takes("Keep it") == ["erasure_declined"]


def test_a_no_is_a_no_and_asked_again_she_is_asked_again(mother):
    mother.writes("delete my data")
    assert mother.writes("no") == ["erasure_declined"]
    assert mother.writes("no") == ["deny"]
    assert mother.writes("forget everything i told you") == ["delete_my_data"]


def test_what_is_no_clear_yes_is_answered_as_what_it_is(mother):
    mother.writes("delete my data")
    assert mother.writes("can i drive after my session?") == ["faq_driving"]
    assert mother.writes("yes") == ["affirm"]


def test_on_a_phone_she_is_told_what_to_reply_and_never_asked_for_a_word_of_the_carrier():
    from bot.faq.notices import ERASURE, load

    for notice in load(ERASURE).values():
        assert not {"YES", "STOP", "CANCEL", "END", "QUIT"} & set(notice.sms.replace(".", "").split())
    assert "Reply ERASE" in load(ERASURE)["delete_my_data"].sms


def test_in_the_middle_of_a_form_the_form_is_left_first():
    from rasa.shared.core.events import ActionExecuted, ActiveLoop, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.policies import ErasurePolicy

    said = [
        ActiveLoop("any_form"),
        ActionExecuted("action_listen"),
        UserUttered("erase", {"name": "erasure_confirmed"}),
    ]
    left = [ActionExecuted("action_deactivate_loop"), ActiveLoop(None)]
    for events in (said, said + left):
        tracker = DialogueStateTracker.from_events("x", events)
        plan = ErasurePolicy.plan(object.__new__(ErasurePolicy), tracker, tracker.latest_message)
        assert plan == ["action_deactivate_loop", "action_erase_my_data"]
