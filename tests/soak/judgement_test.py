"""The judgement can fail: each quantity that grows is detected, and noise is not."""
import unittest

import judgement
from sampling import Look, Point

DURATION = 100


def points(number=12, **changes):
    """Flat samples; a change is a function of the sample's number."""
    def value(name, n, flat):
        return changes[name](n) if name in changes else flat
    return [Point(n * DURATION / number, Look(*(value(f, n, flat) for f, flat in (
                ("descriptors", 11), ("surplus", 0), ("others", 0), ("zombies", 0), ("threads", 1)))),
                  value("workers", n, 2), value("rss", n, 13000 + n % 3 * 40), value("anonymous", n, 2200 + n % 3 * 40), 10000,
                  value("worker_kib", n, {7: 1200, 8: 900})) for n in range(number)]


def failed(number=12, **changes):
    found = judgement.structure(points(number, **changes)) + judgement.sizes(points(number, **changes), DURATION, 40)
    return [f.name for f in found if f.holds is False]


class Flat(unittest.TestCase):
    def test_noise_without_growth_passes(self):
        self.assertEqual(failed(), [])

    def test_one_additional_descriptor_at_one_point_fails(self):
        self.assertEqual(failed(descriptors=lambda n: 11 + (n == 7)), ["descriptors"])
        self.assertEqual(failed(surplus=lambda n: n == 7), ["descriptors for ended workers"])

    def test_one_additional_zombie_thread_or_process_fails(self):
        self.assertEqual(failed(zombies=lambda n: n == 3), ["zombies"])
        self.assertEqual(failed(threads=lambda n: 1 + (n > 9)), ["threads of a process"])
        self.assertEqual(failed(others=lambda n: n == 5), ["processes other than workers"])

    def test_the_number_of_workers_may_vary_below_its_limit_and_returns_to_idle(self):
        self.assertEqual(failed(workers=lambda n: 16 if n < 11 else 3), [])
        self.assertEqual(failed(workers=lambda n: 17 if n == 4 else 1), ["workers"])
        self.assertEqual(failed(workers=lambda n: 4), ["workers"])

    def test_memory_that_grows_by_more_than_five_percent_fails_after_any_warm_up(self):
        self.assertEqual(failed(anonymous=lambda n: 1500 if n < 2 else 2200), [])
        self.assertEqual(failed(anonymous=lambda n: 2200 + 10 * n), [])
        self.assertEqual(failed(anonymous=lambda n: 2200 + 25 * n), ["anonymous memory"])
        self.assertEqual(failed(anonymous=lambda n: 2200 - 25 * n), ["anonymous memory"])
        self.assertEqual(failed(rss=lambda n: 13000 + 600 * (n > 6)), [])

    def test_only_growth_of_the_largest_worker_fails(self):
        grown = ["memory of the largest worker"]
        self.assertEqual(failed(worker_kib=lambda n: {7: 1200 + 20 * n, 8: 900}), grown)
        self.assertEqual(failed(worker_kib=lambda n: {7: 1000 if n < 10 else 1200}), grown)
        self.assertEqual(failed(worker_kib=lambda n: {7: 1200, 8: 900 + 25 * n}), [], "it is on its way to where the other is")
        self.assertEqual(failed(worker_kib=lambda n: {7: 1200, 8: 900 + 40 * n}), grown, "and beyond")
        self.assertEqual(failed(worker_kib=lambda n: {7: 1200} if n < 10 else {8: 900}), [], "it retired")
        self.assertEqual(failed(worker_kib=lambda n: {n: 1200 + 20 * n}), grown, "whichever it is")

    def test_worker_memory_is_ignored_while_workers_are_killed(self):
        self.assertEqual(failed(worker_kib=lambda n: {7: 1000 + 20 * n if n < 5 else 1200}), [])
        self.assertEqual(failed(worker_kib=lambda n: {} if n < 5 else {7: 1200}), [])

    def test_too_few_points_give_no_result(self):
        found = judgement.sizes(points(4), DURATION, 40)
        self.assertEqual([f.holds for f in found], [None, None])


class Requests(unittest.TestCase):
    def holds(self, answered, counted, unsure=None, complaints=()):
        return judgement.requests(answered, unsure or {}, counted, complaints).holds

    def test_received_responses_must_equal_counted_ones(self):
        self.assertTrue(self.holds({"/ready 200": 5, "/ready 503": 1}, {"/ready 200": 5, "/ready 503": 1}))
        self.assertFalse(self.holds({"/ready 200": 5}, {"/ready 200": 6}), "an answer was lost")
        self.assertFalse(self.holds({"/ready 200": 5}, {"/ready 200": 4, "/ready 503": 1}), "another status")
        self.assertFalse(self.holds({"/ready 200": 5}, {"/ready 503": 6}, {"/ready": 9}), "another status, and more")
        self.assertFalse(self.holds({"/health 200": 5}, {}), "not counted at all")

    def test_responses_to_disconnected_clients_may_be_counted(self):
        self.assertTrue(self.holds({"/checks 200": 5}, {"/checks 200": 8}, {"/checks": 3}))
        self.assertFalse(self.holds({"/checks 200": 5}, {"/checks 200": 9}, {"/checks": 3}))
        self.assertFalse(self.holds({"/checks 200": 5}, {"/checks 200": 4}, {"/checks": 3}))

    def test_a_complaint_fails(self):
        self.assertFalse(self.holds({}, {}, complaints=["/health answered 503"]))


class Ending(unittest.TestCase):
    def failed(self, code=0, processes=(), files=(), mounts=(), errors=()):
        return [f.name for f in judgement.ending(code, processes, files, mounts, errors) if not f.holds]

    def test_each_faulty_end_is_reported(self):
        self.assertEqual(self.failed(), [])
        self.assertEqual(self.failed(code=1), ["exit code"])
        self.assertEqual(self.failed(code=None), ["exit code"])
        self.assertEqual(self.failed(processes=["9 (telltale-worker)"]), ["nothing left"])
        self.assertEqual(self.failed(files=["the Unix socket"]), ["nothing left"])
        self.assertEqual(self.failed(errors=["{}"]), ["errors in the log"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
