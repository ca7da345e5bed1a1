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
