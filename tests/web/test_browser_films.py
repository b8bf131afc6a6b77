"""A film on its share page plays in a real browser and goes to any moment of itself (MED-08)."""

import moving_pictures
from browsing import Browser, Response, watched
from serving import SQLITE, Person
from test_web_films_served import keep

SECONDS, RATE = 8, 12
COLOURS = [(220, 40, 40), (40, 200, 60), (40, 70, 220), (230, 210, 50)]
GO_TO = """async (second) => {
  const film = document.querySelector("video");
  film.muted = true;
  await new Promise((done, failed) => {
    film.onerror = () => failed(film.error.message);
    film.onseeked = done;
    film.currentTime = second;
  });
  const canvas = document.createElement("canvas");
  canvas.width = film.videoWidth;
  canvas.height = film.videoHeight;
  const brush = canvas.getContext("2d");
  const end = performance.now() + 10000;
  let red = 0, green = 0, blue = 0;
  // The place is reached before its picture is there to be copied; no colour of the film is black.
  while (red + green + blue === 0 && performance.now() < end) {
    brush.drawImage(film, 0, 0);
    [red, green, blue] = brush.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    await new Promise((done) => setTimeout(done, 20));
  }
  return { at: film.currentTime, duration: film.duration, pixel: [red, green, blue] };
}"""


def painted(number: int):
    """Two seconds of each colour."""
    return moving_pictures.plain(COLOURS[number // (RATE * SECONDS // len(COLOURS))], 320, 180)


@SQLITE
def test_a_shared_film_goes_to_any_moment_and_shows_it(alice: Person, browser: Browser):
    data = moving_pictures.index_first(moving_pictures.film(painted, frames=RATE * SECONDS, rate=RATE))
    kept = keep(alice, data)
    with watched(browser) as seen:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        seen.page.on("response", note)
        seen.page.goto(kept.share)
        seen.page.wait_for_function("document.querySelector('video').readyState >= 1")
        for second in (7.0, 0.5, 5.0, 3.0):
            found = seen.page.evaluate(GO_TO, second)
            wanted = COLOURS[int(second) // 2]
            assert found["at"] == second
            assert abs(found["duration"] - SECONDS) < 0.1
            assert all(abs(a - b) < 40 for a, b in zip(found["pixel"], wanted, strict=True)), (second, found)
        assert not seen.refusals
        parts = [each for each in answers if each.url.startswith(f"{kept.share}/file")]
        assert {each.status for each in parts} <= {200, 206}
        assert any(each.status == 206 for each in parts)
