"""Sentences written for this project, for what no corpus has: hate in all its forms beside the
same words used to inform, to praise, to quote, to contradict; threats, doxxing, incitement to
self-harm beside worry and despair; idiom of games; each in English and in French.

Rules of this module:

1. Everything follows from the seed: the same seed gives the same samples, in the same order.
2. The frames for learning and those held out for measuring are two lists in the data, written
   apart; a held-out frame takes its words from the held-out list wherever there is one.
3. Within a family every group of people comes equally often, in each language, so that the word for
   a group never decides. The families about groups take all their groups from one list.
4. A head that a family says nothing sure about is absent (unknown); all others are 0 or 1.
5. Real people are never named. Frames come from how people write, never from a published test.
"""

from rempart.train.generate.frames import families
from rempart.train.generate.samples import Sample, generate

__all__ = ["Sample", "families", "generate"]
