namespace Whydrop.Evidence.Stack;

/// <summary>One file lists all of one kind that a network namespace had at that moment: what is not in it was not there then.</summary>
/// <param name="Kind">What it lists.</param>
/// <param name="Moment">Its place in time among the listings of that kind and namespace, from 0, as far as their names state an order ("before" and "after", time stamps); those of one moment share a number.</param>
/// <remarks><see cref="Fact.From"/> names the file; facts read from it have the same <see cref="Provenance.Source"/>.</remarks>
public sealed record Listing(VantagePoint At, Provenance From, ListingKind Kind, int Moment) : Fact(At, From);
