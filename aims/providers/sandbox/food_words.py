"""The words for food and drink."""

from __future__ import annotations

FOOD = {
    "fruitbowl": "fruitbowl bowloffruit fruit",
    "bowl": "bowl ramen noodle rice cereal oatmeal porridge curry pho",
    "apple": "apple peach plum tomato",
    "citrus": "oranges mandarin tangerine lemon lime citrus grapefruit",
    "pear": "pear avocado",
    "banana": "banana",
    "cherry": "cherry",
    "strawberry": "strawberry raspberry berry",
    "grapes": "grape",
    "watermelon": "watermelon melon",
    "pineapple": "pineapple",
    "pumpkin": "pumpkin halloween jackolantern",
    "cake": "cake dessert gateau cheesecake brownie",
    "cupcake": "cupcake muffin",
    "donut": "donut doughnut bagel",
    "bread": "bread loaf baguette croissant",
    "cheese": "cheese",
    "pizza": "pizza",
    "burger": "burger hamburger cheeseburger sandwich",
    "sushi": "sushi",
    "icecream": "icecream gelato sundae popsicle",
    "bottle": "bottle winebottle wine perfume potion",
    "wineglass": "wineglass cocktail champagne martini goblet juice drink",
    "pancakes": "pancake pancakes hotcake flapjack crepe crepes",
    "waffle": "waffle waffles",
    "soup": "soup stew broth chowder bisque chili",
    "salad": "salad coleslaw",
    "pasta": "pasta spaghetti linguine tagliatelle lasagna macaroni",
    "taco": "taco tacos burrito nachos",
    "fries": "fries chips",
    "pie": "pie tart quiche",
    "hotdog": "hotdog hotdogs",
    "cookie": "cookie cookies biscuit",
    "steak": "steak barbecue",
}
# Food that is made: what it is served with belongs to it.
_MADE = (
    "bowl cake cupcake donut bread pizza burger sushi icecream pancakes waffle soup salad pasta taco fries pie "
    "hotdog cookie steak fruitbowl cup wineglass"
)
DISHES = frozenset(_MADE.split())
# Plants and stuffs that are eaten or poured when they stand with food.
_EATEN = "tree palm flower rose sunflower mushroom leaf plant rock sheep cow chicken pig fish duck crab egg"
GARNISHES = frozenset(_EATEN.split())
# Words that are only ever a part of a dish or a drink.
STUFFS = (
    "syrup sauce oil honey butter cream juice jam sugar powder vinegar dressing broth gravy frosting icing glaze "
    "seed nut milk water flour extract mint basil parsley crust filling topping slice zest curd"
)
