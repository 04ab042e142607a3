"""Partners: what each site calls itself, who may embed it, its region, languages, look, links, and its words."""

from widgets.sites.campaigns import Campaign, CampaignFile, parse_campaign
from widgets.sites.regions import NUMBERS, REGIONS, Region
from widgets.sites.schema import Location, Note, SiteFile, Words
from widgets.sites.site import DEFAULT, Site, parse_site

__all__ = ["DEFAULT", "NUMBERS", "REGIONS", "Campaign", "CampaignFile", "Location", "Note", "Region", "Site", "SiteFile",
           "Words", "parse_campaign", "parse_site"]  # fmt: skip
