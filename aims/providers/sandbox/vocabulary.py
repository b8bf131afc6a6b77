"""The words the illustrator knows. Each entry is a meaning and the words that carry it; no entry is a scene."""

from __future__ import annotations

from aims.providers.sandbox.food_words import FOOD

HOURS = {
    "sunset": "sunset sundown sunsetting",
    "dawn": "sunrise dawn daybreak morning aurorean",
    "noon": "noon midday day daytime daylight sunny bright sunlit summer sunlight sunshine clear",
    "golden": "goldenhour magichour golden autumn fall autumnal afternoon harvest amber",
    "dusk": "dusk twilight evening bluehour gloaming nightfall",
    "night": (
        "night midnight nighttime nocturnal moonlit moonlight starry starlit moon fullmoon crescentmoon "
        "nightsky dark"
    ),
    "storm": "storm stormy thunder thunderstorm tempest lightning hurricane tornado",
    "overcast": (
        "overcast cloudy gray grey gloomy dull drizzle drizzly misty fog foggy mist haze hazy rain rainy "
        "raining rainfall"
    ),
    "winter": (
        "snow snowy winter winterly frozen ice icy frost frosty blizzard arctic glacier antarctica "
        "snowfall snowing christmas"
    ),
}

WEATHER = {
    "rain": "rain rainy raining rainfall drizzle downpour monsoon storm stormy thunderstorm",
    "snow": "snow snowy snowfall snowing blizzard snowflake winter christmas",
    "snowfall": "snowfall snowing blizzard snowflake snowstorm flurry",
    "fog": "fog foggy mist misty haze hazy smoke smoky",
    "clouds": "cloud cloudy cumulus overcast storm stormy",
    "cloudless": "cloudless",
    "lightning": "lightning thunder thunderstorm thunderbolt",
    "rainbow": "rainbow",
    "aurora": "aurora borealis northernlights",
    "stars": "star starry starlit starlight constellation milkyway galaxy cosmos",
    "moon": "moon moonlit moonlight fullmoon crescentmoon lunar",
    "sun": "sun sunny sunlit sunshine",
    "meteor": "meteor comet shootingstar asteroid",
    "petals": "petal cherryblossom sakura confetti",
    "fireworks": "firework pyrotechnics",
    "fireflies": "firefly glowworm sparkle fairy magical",
    "wind": "wind windy breeze breezy",
}

PLACES = {
    "mountains": "mountain mount peak alps alpine range summit himalaya ridge andes fjord everest",
    "hills": "hill countryside valley rolling tuscany highlands moor pasture farmland scotland",
    "meadow": (
        "meadow field grass grassland garden prairie lawn flowerfield lavender wheatfield park wildflower "
        "savanna savannah steppe vineyard ricefield farm"
    ),
    "desert": "desert dune sahara sand sandy arid",
    "canyon": "canyon mesa gorge ravine badlands arizona",
    "volcano": "volcano volcanic eruption lava erupting magma",
    "island": "island isle atoll lagoon tropical",
    "forest": (
        "forest wood woods woodland jungle rainforest grove thicket taiga birchforest pineforest pine fir "
        "spruce birch bamboo redwood"
    ),
    "cliffs": "cliff clifftop cliffside seacliff headland",
    "beach": "beach shore coast seaside coastline shoreline seashore",
    "sea": "coastal sea ocean wave surf tide maritime nautical atlantic pacific swell bay",
    "lake": "lake pond reflection loch pool reservoir waterlily swamp marsh",
    "river": "river stream creek brook canal",
    "waterfall": "waterfall cascade",
    "city": (
        "city skyline cityscape downtown metropolis skyscraper urban highrise tokyo manhattan chicago "
        "hongkong shanghai megacity london"
    ),
    "street": "street alley avenue boulevard lane sidewalk crosswalk market",
    "village": "village town hamlet suburb neighborhood settlement",
    "road": "road highway path trail route racetrack track driveway",
    "underwater": "underwater undersea reef coralreef coral submerged seabed aquarium abyss",
    "space": "space cosmos galaxy nebula universe orbit interstellar outerspace milkyway solarsystem spacestation",
    "room": (
        "room interior livingroom bedroom kitchen library office cafe window indoors fireplace bookshop "
        "bookstore workshop stage theater theatre classroom attic hallway bar "
        "restaurant museum hall shop"
    ),
    "table": "table stilllife tabletop desk windowsill counter",
    "snowfield": "arctic antarctica glacier tundra iceberg",
    "moonscape": "mars martian moonscape alien exoplanet crater",
}

TREES = {
    "conifer": "pine fir spruce conifer evergreen taiga pineforest redwood alps christmastree",
    "birch": "birch birchforest aspen",
    "palm": "palm palmtree tropical coconut island lagoon",
    "bamboo": "bamboo",
    "blossom": "cherryblossom sakura blossom blossoming",
    "jungle": "jungle rainforest",
}

THINGS = {
    "cat": "cat kitten kitty feline tabby",
    "dog": "dog puppy hound retriever corgi poodle canine dachshund husky pup bulldog",
    "fox": "fox vixen",
    "wolf": "wolf coyote werewolf",
    "horse": "horse pony stallion mare foal donkey mustang",
    "unicorn": "unicorn pegasus",
    "bear": "bear grizzly polarbear teddybear teddy cub",
    "panda": "panda",
    "elephant": "elephant mammoth",
    "rabbit": "rabbit bunny hare",
    "deer": "deer stag doe reindeer moose elk antelope gazelle fawn",
    "lion": "lion lioness",
    "tiger": "tiger leopard cheetah jaguar panther",
    "cow": "cow bull cattle calf ox bison buffalo",
    "sheep": "sheep lamb ram goat alpaca llama",
    "pig": "pig piglet boar hog hippo rhino",
    "giraffe": "giraffe",
    "zebra": "zebra",
    "mouse": "mouse rat hamster squirrel hedgehog raccoon otter beaver",
    "camel": "camel dromedary",
    "monkey": "monkey ape gorilla chimpanzee",
    "dinosaur": "dinosaur trex tyrannosaurus godzilla raptor",
    "dragon": "dragon wyvern",
    "bird": "bird sparrow robin songbird finch crow raven hummingbird parrot pigeon dove kingfisher canary",
    "flock": "gull seagull goose swallow flock",
    "eagle": "eagle hawk falcon phoenix vulture",
    "owl": "owl",
    "penguin": "penguin puffin",
    "duck": "duck swan duckling rubberduck",
    "flamingo": "flamingo heron crane stork",
    "chicken": "chicken hen rooster chick peacock turkey",
    "butterfly": "butterfly moth",
    "bee": "bee bumblebee wasp ladybug beetle dragonfly insect",
    "bat": "bat vampire",
    "fish": "fish goldfish koi salmon carp trout tuna clownfish",
    "whale": "whale orca humpback",
    "dolphin": "dolphin",
    "shark": "shark",
    "octopus": "octopus squid kraken",
    "jellyfish": "jellyfish",
    "turtle": "turtle tortoise",
    "crab": "crab lobster",
    "frog": "frog toad",
    "snake": "snake serpent python cobra",
    "snail": "snail",
    "portrait": "portrait face headshot selfie head",
    "person": (
        "person man boy traveler traveller hiker wanderer people human guy farmer fisherman worker chef "
        "musician painter artist surfer skater runner soldier cowboy monk hero stranger student teacher "
        "player skateboarder scarecrow grandfather grandpa swimmer climber "
        "doctor child kid businessman monk"
    ),
    "woman": (
        "woman girl lady princess dancer ballerina bride mother geisha goddess female grandmother "
        "grandma fairy mermaid angel"
    ),
    "couple": "couple lovers",
    "samurai": "samurai ronin warrior ninja shogun",
    "knight": "knight paladin crusader viking gladiator",
    "astronaut": "astronaut cosmonaut spaceman",
    "robot": "robot android cyborg mech droid automaton mecha",
    "wizard": "wizard witch mage sorcerer sorceress",
    "king": "king queen emperor prince",
    "sailboat": "sailboat yacht sailingboat sail",
    "boat": "boat canoe rowboat kayak gondola fishingboat raft dinghy",
    "galleon": "galleon pirateship pirate",
    "typewriter": "typewriter",
    "phonebooth": "phonebooth telephonebox telephonebooth",
    "igloo": "igloo",
    "tractor": "tractor",
    "ship": "ship steamer ferry freighter cruise ",
    "submarine": "submarine",
    "car": "car automobile taxi sedan sportscar convertible vehicle ferrari porsche racecar",
    "truck": "truck bus van lorry camper tram",
    "train": "train locomotive railway steamtrain steamlocomotive metro subway",
    "plane": "plane airplane aeroplane aircraft jet airliner biplane",
    "helicopter": "helicopter drone",
    "balloon": "hotairballoon airship zeppelin",
    "toyballoon": "balloon",
    "rocket": "rocket spaceship spacecraft shuttle missile starship",
    "ufo": "ufo saucer",
    "bicycle": "bicycle bike cyclist cycling",
    "motorcycle": "motorcycle motorbike scooter vespa",
    "house": "house treehouse home cottage cabin hut villa mansion farmhouse lodge bungalow",
    "castle": "castle fortress palace citadel fairytale chateau",
    "lighthouse": "lighthouse beacon",
    "bridge": "bridge viaduct aqueduct",
    "windmill": "windmill windturbine turbine mill",
    "tower": "tower eiffel spire obelisk skyneedle",
    "temple": "temple pagoda shrine japan japanese kyoto",
    "classicaltemple": "parthenon acropolis pantheon colonnade column columns pillar",
    "ruins": "ruin ruins",
    "torii": "torii",
    "church": "church cathedral chapel monastery abbey",
    "barn": "barn stable shed",
    "tent": "tent camp camping campsite yurt tipi",
    "pyramid": "pyramid egypt giza",
    "ferriswheel": "ferriswheel carousel",
    "tree": "tree oak willow maple bonsai cherryblossom baobab",
    "christmastree": "christmastree",
    "palm": "palm palmtree",
    "flower": "flower daisy bouquet blossom poppy orchid lily floral peony waterlily dahlia lotus iris",
    "rose": "rose tulip carnation",
    "sunflower": "sunflower",
    "mushroom": "mushroom toadstool fungus",
    "cactus": "cactus cacti succulent",
    "leaf": "leaf foliage fern",
    "plant": "plant houseplant potted monstera",
    "rock": "rock stone boulder pebble",
    "campfire": "campfire bonfire fire flame",
    "snowman": "snowman",
    "cup": "cup mug coffee tea espresso latte cappuccino cupofcoffee cupoftea coffeecup teacup cocoa",
    "teapot": "teapot kettle",
    "vase": "vase amphora jug pitcher pottery urn",
    **FOOD,
    "book": "book novel notebook diary journal bible",
    "books": "bookshelf bookcase",
    "candle": "candle candlelight",
    "lamp": "lamp chandelier",
    "lantern": "lantern streetlamp streetlight",
    "clock": "clock watch hourglass time pocketwatch",
    "guitar": "guitar ukulele banjo",
    "violin": "violin cello fiddle",
    "piano": "piano keyboard",
    "trumpet": "trumpet saxophone horn",
    "drum": "drum",
    "music": "music melody song note",
    "camera": "camera",
    "phone": "phone smartphone iphone telephone",
    "laptop": "laptop computer monitor screen television tv",
    "headphones": "headphone headset",
    "chair": "chair armchair stool throne rockingchair",
    "sofa": "sofa couch",
    "bed": "bed",
    "umbrella": "umbrella parasol",
    "hat": "hat cap fedora",
    "shoe": "shoe sneaker boot",
    "dress": "dress gown shirt tshirt jacket",
    "glasses": "glasses sunglasses spectacles",
    "key": "key",
    "lock": "lock padlock",
    "crown": "crown tiara",
    "sword": "sword katana dagger blade",
    "shield": "shield",
    "gem": "gem diamond crystal jewel ruby emerald sapphire gemstone amethyst quartz",
    "ring": "ring",
    "heart": "heart love valentine",
    "starshape": "starfish",
    "gift": "gift present giftbox box",
    "skull": "skull skeleton bone",
    "mask": "mask",
    "globe": "globe map",
    "trophy": "trophy medal award",
    "gear": "gear cog cogwheel machine clockwork",
    "bulb": "lightbulb bulb idea",
    "anchor": "anchor",
    "ball": "ball basketball football soccer tennis sphere orb",
    "dice": "dice die cube",
    "kite": "kite",
    "envelope": "envelope letter mail email",
    "paintbrush": "paintbrush palette easel brush pencil",
    "egg": "egg",
    "shell": "shell seashell conch",
    "feather": "feather quill",
    "eye": "eye",
    "hand": "hand",
    "planet": "planet saturn jupiter earth neptune venus",
    "ghost": "ghost spirit phantom",
    "hammer": "hammer wrench tool axe",
    "backpack": "backpack bag suitcase handbag luggage",
    "statue": "statue sculpture monument bust",
    "fountain": "fountain",
    "fence": "fence",
    "bench": "bench",
    "cloudicon": "cloudicon",
}

ABSTRACT = {
    "geometric": (
        "geometric geometry shape triangle square rectangle polygon bauhaus cubes suprematism constructivism"
    ),
    "waves": "waveform wavy flowing flow fluid liquid marble marbled swirl swirling ripple",
    "circles": "circle concentric bubble dot sphere round polka",
    "gradient": "gradient blur blurred aura bokeh soft",
    "pattern": "pattern seamless tile tiling wallpaper textile repeating ornament tessellation",
    "maze": "maze labyrinth circuit",
    "mandala": "mandala kaleidoscope symmetry symmetrical rosette sacred zentangle",
    "stripes": "stripe striped line linear grid plaid",
    "splash": "splash splatter explosion burst paint ink chaos energy",
    "spiral": "spiral vortex whirl fibonacci fractal helix",
    "network": "network connection node data neural graph web technology",
}
ABSTRACT_FORCE = (
    "abstract background texture wallpaper pattern composition "
    "nonfigurative generative fractal mandala maze gradient"
)

ICON = "logo icon emblem badge symbol sticker mascot pictogram favicon clipart glyph monogram isolated"

SIZES = {
    1.45: "big large huge giant enormous massive towering tall gigantic colossal close closeup great",
    0.62: "small tiny little miniature distant lone lonely far mini solitary",
}
COUNTS = {
    1: "a an one single lone solitary",
    2: "two pair couple twin both",
    3: "three trio few some several",
    4: "four",
    5: "five group many bunch herd",
    6: "six dozens countless lots school flock swarm crowd festival fleet",
    7: "seven eight nine ten dozen hundreds",
}
SIDES = {
    "left": "left leftmost",
    "right": "right rightmost",
    "centre": "center centre middle centered centred",
    "sky": "flying flight soaring airborne hovering floating levitating",
    "distance": "distance background horizon far",
}

COLOURS = {
    "d62f2f": "red crimson scarlet ruby cherryred",
    "8e1f2f": "maroon burgundy bordeaux",
    "f07f23": "orange tangerine",
    "f2a33a": "amber apricot",
    "f4cf2e": "yellow lemon mustard",
    "d9a520": "gold golden ochre",
    "3f9a45": "green",
    "1e6b4a": "emerald",
    "7c8a3a": "olive moss khaki",
    "8fd9b0": "mint",
    "a4d42e": "lime chartreuse",
    "1f9c98": "teal turquoise",
    "2fc6d6": "cyan aqua aquamarine",
    "2f6fd6": "blue cobalt azure sapphire",
    "1b2a63": "navy indigo",
    "7fb8e8": "skyblue babyblue",
    "7a3fb8": "purple violet amethyst",
    "b79be0": "lavender lilac mauve",
    "ef7fb0": "pink rosy fuchsia",
    "d6249f": "magenta",
    "f59a86": "coral salmon peach",
    "7a4a2b": "brown chocolate chestnut sepiabrown copper bronze rust rusty",
    "d9c3a0": "beige tan cream ivory",
    "1c1c22": "black ebony obsidian onyx",
    "f4f4f2": "white pearl alabaster",
    "8c9096": "gray grey silver",
}
# Colours that also name a thing; they are colours only in front of another noun.
TONES = {
    "warm": "warm cozy cosy fiery hot toasty",
    "cool": "cool cold chilly",
    "vivid": "vivid vibrant colorful colourful saturated rainbow psychedelic bold",
    "muted": "muted faded desaturated subtle pale subdued washed",
    "moody": "moody dramatic ominous eerie spooky haunted sinister mysterious dystopian horror apocalyptic creepy",
    "dreamy": "dreamy ethereal surreal magical enchanted whimsical serene peaceful tranquil calm",
    "neon": "neon cyberpunk fluorescent holographic glowing",
}

EMPTY = (
    "the of in on at to and with for from by over under near through into onto across beside between among around "
    "very highly detailed beautiful masterpiece quality best style image picture art artwork scene view "
    "illustration photograph photo photography photorealistic realistic painting drawing sketch render rendering "
    "4k 8k hd uhd sharp focus trending is are was be it its this that these those which who as like made make "
    "using use there while after before during up down out off his her their my your our he she they we you i "
    "design poster print cover shot lens lighting composition standing sitting walking running riding "
    "holding looking wearing resting sleeping jumping playing floating flying surrounded covered filled "
    "amazing stunning gorgeous pretty nice cute old ancient new modern traditional classic simple elegant"
)
STOPS = (
    "of in on at over under near with through into onto across beside "
    "between among around behind above below by and against inside"
)
