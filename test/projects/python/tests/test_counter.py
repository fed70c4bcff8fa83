import unittest

from tickets import Counter


class CounterTest(unittest.TestCase):
    def test_numbers_ascend(self):
        counter = Counter()
        self.assertEqual([counter.draw(), counter.draw()], [1, 2])

    def test_first_come_first_served(self):
        counter = Counter()
        first = counter.draw()
        counter.draw()
        self.assertEqual(counter.serve(), first)

    def test_nobody_waits(self):
        self.assertIsNone(Counter().serve())
