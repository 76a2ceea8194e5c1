"""How songs of the songwriter sound: styles it knows, and the words of a brief that call for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """A way to sound: `calls` are words of a brief that ask for it, `bpm` the slowest and the fastest."""

    calls: frozenset[str]
    genre: str
    bpm: tuple[int, int]
    minor: bool
    moods: tuple[str, ...]
    instruments: tuple[str, ...]
    voices: tuple[str, ...]
    production: tuple[str, ...]
    openings: tuple[str, ...]


def _style(calls: str, genre: str, bpm: tuple[int, int], minor: bool, *facets: str) -> Style:
    moods, instruments, voices, production, openings = (tuple(facet.split(" / ")) for facet in facets)
    return Style(
        frozenset(calls.split()), genre, bpm, minor, moods, instruments, voices, production, openings
    )


STYLES = (
    _style(
        "trip-hop trip hop downtempo nocturnal noir smoke",
        "dark trip-hop with downtempo grooves",
        (76, 94),
        True,
        "brooding / melancholic / uneasy / intimate",
        "dusty breakbeat drums / sub bass / tremolo electric guitar / warped piano / vinyl-worn strings",
        "breathy female vocals / hushed close-mic female vocals / smoky low female vocals",
        "lo-fi analog warmth / gritty tape saturation / sparse reverb-heavy mix",
        "a dry breakbeat and one bent guitar note / a lone sub bass drop and a hushed voice",
    ),
    _style(
        "electropop pop synth synthpop halsey dance-pop catchy hit",
        "dark electropop with trap-influenced drums",
        (96, 124),
        True,
        "tense / confessional / raw / euphoric",
        "glitchy synths / trap hi-hats / deep synth bass / claps / plucked synth arpeggio",
        "vulnerable female vocals / breathy female vocals with stacked harmonies / clear male vocals",
        "polished cinematic production / punchy compressed mix / wide stereo synths",
        "a chopped vocal and a synth stab / an a cappella line over finger snaps",
    ),
    _style(
        "r&b rnb soul neo-soul silky groove smooth funk motown gospel",
        "minimal R&B with neo-soul harmony",
        (82, 104),
        True,
        "sensual / cool / tender / warm",
        "muted electric guitar / rubbery bass guitar / soft rimshot drums / electric piano / finger snaps",
        "silky female vocals / smooth male falsetto / layered soul harmonies",
        "understated dry production / warm polished mix / close-mic analog warmth",
        "a bare bass lick and finger snaps / a stacked vocal harmony in empty space",
    ),
    _style(
        "grunge rock alternative guitar garage seattle band anthem angry rage stadium",
        "heavy grunge and alternative rock",
        (88, 128),
        True,
        "raw / aggressive / brooding / defiant",
        "drop-tuned distorted guitars / pounding drums / overdriven bass / feedback",
        "powerful raspy male vocals / raw belted vocals / gritty female vocals",
        "gritty live-room production / loud compressed mix / crunchy analog saturation",
        "a crushing distorted guitar riff / a punchy drum break and guitar feedback",
    ),
    _style(
        "industrial machine robot factory metal aggressive mechanical noise war nine cyberpunk",
        "industrial rock with electronic textures",
        (96, 132),
        True,
        "visceral / menacing / cold / intense",
        "distorted synths / mechanical drums / fuzz bass / metallic percussion / scraping guitars",
        "distorted male vocals / clenched spoken-word vocals / snarled female vocals",
        "layered noise and digital glitch / harsh compressed mix / gritty mono drums in a wide mix",
        "a metallic loop that slams to a stop before the voice / a grinding synth pulse",
    ),
    _style(
        "indie minimal dream dreamy shoegaze sparse xx bedroom nocturne",
        "minimal indie with post-punk guitars",
        (92, 122),
        True,
        "tender / nocturnal / longing / hypnotic",
        "sparse clean guitar / deep bass / soft drum machine / muted synth pads",
        "intimate half-sung male and female vocals / hushed androgynous vocals / soft female vocals",
        "spacious reverb-heavy production / dry close-mic voices in wide space / lo-fi warmth",
        "one clean guitar figure in silence / a hushed line over a bare bass note",
    ),
    _style(
        "folk acoustic ballad singer-songwriter campfire lullaby waltz traditional quiet",
        "intimate indie folk",
        (72, 104),
        False,
        "tender / wistful / rustic / bittersweet",
        "fingerpicked acoustic guitar / upright bass / brushed drums / cello / harmonium",
        "fragile male vocals / warm female vocals / close two-part harmonies",
        "dry room production / warm analog tape / sparse close-mic mix",
        "a single plucked guitar string and an audible breath / two voices singing in bare harmony",
    ),
    _style(
        "hip-hop hiphop hip hop rap lo-fi lofi beats trap boom-bap street chill",
        "lo-fi hip hop",
        (78, 96),
        True,
        "laid-back / reflective / gritty / warm",
        "dusty drum break / jazzy electric piano / deep bass / muted trumpet",
        "relaxed male rap against a sung female hook / low spoken-word vocals",
        "lo-fi tape production / crackling analog warmth / dry drums up front",
        "a chopped piano loop and a hard snare / a spoken line before the beat drops",
    ),
    _style(
        "house techno edm dance disco club rave party electronic electro trance dancefloor",
        "deep house with disco strings",
        (116, 128),
        True,
        "euphoric / hypnotic / restless / bright",
        "four-on-the-floor drums / rolling synth bass / stabbing piano chords / disco strings / shakers",
        "soaring female vocals / soulful male vocals / chopped vocal hooks",
        "polished club production / wide punchy mix / sidechained pads in a wide mix",
        "a vocal chop and a hard kick drum / a filtered piano riff that snaps open",
    ),
    _style(
        "jazz swing lounge bossa nova latin samba cafe piano noir big-band salsa cabaret",
        "smoky vocal jazz with bossa nova percussion",
        (96, 126),
        False,
        "wry / sultry / wistful / playful",
        "brushed drums / upright bass / felt piano / muted trumpet / nylon-string guitar",
        "smoky alto female vocals / velvet baritone male vocals",
        "live-room production / warm analog mix / dry intimate sound",
        "a walking upright bass and a low laugh of muted trumpet / a single felt piano chord",
    ),
    _style(
        "country americana blues western outlaw cowboy truck bluegrass desert road highway",
        "dusty americana with slow-burning blues guitar",
        (80, 112),
        False,
        "weathered / lonesome / stubborn / tender",
        "slide guitar / acoustic guitar / stomping drums / upright bass / harmonica",
        "weathered male vocals / plainspoken female vocals / gravelly baritone vocals",
        "dry live-room production / warm tape saturation / sparse roomy mix",
        "a slide guitar moan and a boot stomp / an a cappella line and one drum hit",
    ),
    _style(
        "punk fast energetic hardcore skate thrash ska driving power",
        "driving post-punk",
        (138, 168),
        True,
        "urgent / defiant / restless / wiry",
        "jagged electric guitars / driving bass guitar / tight fast drums / tambourine",
        "shouted male vocals / deadpan female vocals / gang vocals in the chorus",
        "raw live production / dry compressed mix / gritty analog edge",
        "a racing bass guitar riff / a four-stick count and a jagged guitar",
    ),
    _style(
        "ambient space cinematic orchestral epic film soundtrack drone classical symphonic floating",
        "cinematic ambient pop",
        (66, 88),
        True,
        "haunting / weightless / solemn / luminous",
        "bowed strings / felt piano / granular synth pads / sub bass / distant timpani",
        "ethereal female vocals / choral layered vocals / fragile falsetto vocals",
        "lush reverb-heavy production / wide cinematic mix / soft tape saturation",
        "a bowed cello note that swells and stops / a bare felt piano chord and a breath",
    ),
    _style(
        "synthwave 80s eighties retro new-wave wave arcade",
        "retro synth-pop with new wave guitars",
        (100, 126),
        True,
        "yearning / bright / bittersweet / driving",
        "analog synth arpeggios / gated snare drums / chorus guitar / pulsing synth bass",
        "dramatic male vocals / cool female vocals / doubled falsetto hooks",
        "glossy polished production / wide analog synth mix / gated reverb on the drums",
        "a gated drum fill and one bright synth hook / a pulsing arpeggio with a doubled voice",
    ),
)

# How a song moves, after the letters of the sections that the form must have for the sentence to be true.
DYNAMICS = (
    ("VC", "builds from a bare verse to a dense chorus"),
    ("VC", "close and sparse in the verse, wide open in the chorus"),
    ("VCC", "builds from a bare verse to a dense chorus, falls silent for a beat before the last chorus"),
    (
        "VVCCB",
        "verses stay sparse, the chorus opens wide, the bridge drops to voice and bass, then everything returns",
    ),
    ("VVCCB", "verses hold back, each chorus adds a layer, the bridge strips down to almost nothing"),
)
PLAYED_DYNAMICS = (
    ("", "builds from one motif, a part at a time, ends on the motif"),
    ("C", "builds from one motif to a dense peak, ends on the motif"),
    ("CC", "the theme comes back bigger each time, ends on the motif"),
    ("CCB", "the theme comes back bigger each time, the bridge is almost bare"),
    ("CCCB", "the theme comes back bigger each time, a bare bridge, then the full band returns"),
)
