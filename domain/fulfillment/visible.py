"""Which parcels a viewer may read: those of the orders that the viewer may read. A warehouse's work is its staff's."""

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access import Permission, Viewer
from domain.orders.visible import visible as visible_orders
from models.fulfillment import Parcel
from models.warehouse import Manifest, Package, PickTask, StorageBin, Wave


def visible(viewer: Viewer) -> QuerySet[Parcel]:
    """Parcels of an order that the viewer may see."""
    return Parcel.filter(order_id__in=Subquery(visible_orders(viewer).values("id")))


def visible_waves(viewer: Viewer) -> QuerySet[Wave]:
    """Waves, for those who work in the warehouse."""
    return Wave.all() if viewer.may(Permission.SHIP) else Wave.filter(id__in=[])


def visible_tasks(viewer: Viewer) -> QuerySet[PickTask]:
    """Lines of pick lists."""
    return PickTask.all() if viewer.may(Permission.SHIP) else PickTask.filter(id__in=[])


def visible_bins(viewer: Viewer) -> QuerySet[StorageBin]:
    """Where things lie."""
    return StorageBin.all() if viewer.may(Permission.SEE_STOCK) else StorageBin.filter(id__in=[])


def visible_packages(viewer: Viewer) -> QuerySet[Package]:
    """Packages on the table and those that have left."""
    return Package.all() if viewer.may(Permission.SHIP) else Package.filter(id__in=[])


def visible_manifests(viewer: Viewer) -> QuerySet[Manifest]:
    """What carriers took along."""
    return Manifest.all() if viewer.may(Permission.SHIP) else Manifest.filter(id__in=[])
